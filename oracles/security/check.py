#!/usr/bin/env python3
"""Check the keys of keys.json: noise against the 132-bit line, and bits of security where the Lattice Estimator is at hand.

    python3 oracles/security/check.py                       # the line, its floor and the dimension; standard library only
    python3 oracles/security/check.py --estimator DIR       # also estimates, needs Sage (e.g. pip install passagemath-standard)

DIR is a checkout of the Lattice Estimator (Albrecht, Player, Scott; the recorded figures are of commit 27a581bb).
Every key is estimated as LWE with a uniform binary secret, unlimited samples and TUniform noise, under the MATZOV cost model;
GLWE with k polynomials of N coefficients counts as dimension kN. Attacks: primal uSVP, primal BDD, dual hybrid.
The exit status is 1 when a key lies below the line or its lowest estimate below --fail bits.
"""
import argparse
import json
import math
import os
import sys

SLOPE, BIAS = -0.024891456582633045, 2.65734593837534
FLOOR_LOG2 = 2  # a deviation of at least four units of the modulus
SMALLEST_DIMENSION = 450
SMALLEST_BOUND = 3  # TUniform below it falls to Arora-Ge


def tuniform_log2(bound, modulus_log2):
    """log2 of the deviation of TUniform(bound), relative to the modulus."""
    return math.log2((2 ** (2 * bound + 1) + 1) / 6) / 2 - modulus_log2


def above_line(key):
    noise = tuniform_log2(key["bound"], key["modulusLog2"])
    line = max(SLOPE * key["dimension"] + BIAS, FLOOR_LOG2 - key["modulusLog2"])
    wide_enough = key["dimension"] >= SMALLEST_DIMENSION and key["bound"] >= SMALLEST_BOUND
    return wide_enough and noise >= line, noise, line


def estimate(key):
    """log2 of the cost of each attack; an attack that does not apply is left out with its reason."""
    import estimator.lwe_dual
    import estimator.lwe_guess
    from estimator import LWE, ND, RC
    from sage.all import RR, log, oo
    from sage.all import e as e_symbol
    from sage.all import pi as pi_symbol

    # Symbolic constants make the dual attack several times slower; doubles give the same bits.
    for module in (estimator.lwe_dual, estimator.lwe_guess):
        module.pi, module.e = RR(pi_symbol), RR(e_symbol)
    parameters = LWE.Parameters(
        n=key["dimension"], q=2 ** key["modulusLog2"], Xs=ND.Binary, Xe=ND.TUniform(key["bound"])
    )
    attacks = {"usvp": LWE.primal_usvp, "bdd": LWE.primal_bdd, "dual_hybrid": LWE.dual_hybrid}
    bits, reasons = {}, {}
    for name, attack in attacks.items():
        try:
            cost = attack(parameters, red_cost_model=RC.MATZOV)["rop"]
            bits[name] = math.inf if cost == oo else float(log(cost, 2))
        except Exception as error:  # shown below, never hidden
            reasons[name] = f"{type(error).__name__}: {error}"
    return bits, reasons


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--keys", default=os.path.join(here, "keys.json"))
    options.add_argument("--estimator", help="checkout of the Lattice Estimator")
    options.add_argument("--fail", type=float, default=131.0, help="lowest bits allowed (default 131)")
    chosen = options.parse_args()
    if chosen.estimator:
        sys.path.insert(0, chosen.estimator)
        import sage.all  # noqa: F401  (the estimator needs it loaded first)

    bad = 0
    with open(chosen.keys) as file:
        keys = json.load(file)
    for key in keys:
        fine, noise, line = above_line(key)
        text = f"{key['kind']:4s} {key['dimension']:5d} q=2^{key['modulusLog2']} TU{key['bound']:<2d} log2 sigma {noise:7.2f} line {line:7.2f}"
        if chosen.estimator:
            bits, reasons = estimate(key)
            fine = fine and not reasons and min(bits.values()) >= chosen.fail
            text += "".join(f"  {name} {value:.1f}" for name, value in bits.items())
            text += "".join(f"  {name} failed ({reason})" for name, reason in reasons.items())
        print(f"{text}  {'ok' if fine else 'BELOW'}", flush=True)
        bad += not fine
    print(f"{len(keys) - bad} of {len(keys)} keys in order" + ("" if chosen.estimator else " (line only; no estimator given)"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
