"""Whole programs in Concrete, all cores, failure probability 2^-64; one JSON line with the milliseconds of one call.

    python concrete_programs.py CASE

CASE is `256 look-ups of P bits`, `16 exact|approximate roundings of P bits to K with a table`, `maximum of 64 pairs of 8 bits` (minutes), `chain compile`, `simulate chain` or
`simulate 64 x 64 product with a look-up`.
"""
import json
import sys
import time
from importlib.metadata import version

import numpy as np
from concrete import fhe

P_ERROR = 2.0**-64


def report(seconds, **more):
    peer = f"Concrete {version('concrete-python')}"
    print(json.dumps({"peer": peer, "name": sys.argv[1], "ms": seconds * 1e3} | more), flush=True)


def seconds(work):
    started = time.perf_counter()
    value = work()
    return value, time.perf_counter() - started


def run(function, parameters, inputset, calls):
    circuit = fhe.Compiler(function, dict.fromkeys(parameters, "encrypted")).compile(inputset, p_error=P_ERROR)
    _, keygen = seconds(circuit.keygen)
    sample = inputset[0] if isinstance(inputset[0], tuple) else (inputset[0],)
    encrypted = circuit.encrypt(*sample)
    encrypted = encrypted if isinstance(encrypted, tuple) else (encrypted,)
    times = []
    for _ in range(calls):
        result, taken = seconds(lambda: circuit.run(*encrypted))
        times.append(taken)
    right = bool(np.all(circuit.decrypt(result) == function(*sample)))
    report(min(times), keygenS=round(keygen, 2), ok=right)


def look_ups(bits):
    table = fhe.LookupTable([(3 * i + 1) % 2**bits for i in range(2**bits)])
    inputset = [np.random.randint(0, 2**bits, size=(256,)) for _ in range(10)]
    run(lambda x: table[x], "x", [*inputset, np.full((256,), 2**bits - 1)], 2)


def roundings(exactness, bits, kept):
    step, half = 2 ** (bits - kept), 2 ** (bits - 1)
    table = fhe.univariate(lambda v: ((v // step) ** 2 * 7 + 3) % 61)
    sample = np.array([step * (i - 8) + i % 2 for i in range(16)])
    inputset = [sample, np.full((16,), -half), np.full((16,), half - 1)]
    run(lambda x: table(fhe.round_bit_pattern(x, bits - kept, exactness=exactness)), "x", inputset, 2)


def maximum():
    draw = lambda: np.random.randint(0, 256, size=(64,))
    run(lambda x, y: np.maximum(x, y), "xy", [(draw(), draw()) for _ in range(50)], 1)


TABLE = fhe.LookupTable([(5 * i + 3) % 16 for i in range(16)])


def chain(x):
    for _ in range(66):
        x = TABLE[x] * 1 + 0
    return x


def compiled(function, inputset):
    compiler = fhe.Compiler(function, {"x": "encrypted"})
    return seconds(lambda: compiler.compile(inputset, p_error=P_ERROR))


def chain_inputs():
    return [np.random.randint(0, 16, size=(4,)) for _ in range(100)] + [np.full((4,), 15)]


def simulate(function, inputset):
    circuit, _ = compiled(function, inputset)
    _, taken = seconds(lambda: [circuit.simulate(sample) for sample in inputset[:20]])
    report(taken / 20)


def product():
    weights = np.random.RandomState(0).randint(-1, 2, size=(64, 64))
    inputset = [np.random.randint(0, 4, size=(64,)) for _ in range(100)]
    simulate(lambda x: TABLE[((x @ weights) // 8) % 16], inputset)


CASES = {
    "maximum of 64 pairs of 8 bits": maximum,
    "chain compile": lambda: report(compiled(chain, chain_inputs())[1]),
    "simulate chain": lambda: simulate(chain, chain_inputs()),
    "simulate 64 x 64 product with a look-up": product,
}
for width in (4, 5, 6):
    CASES[f"256 look-ups of {width} bits"] = lambda width=width: look_ups(width)
for bits, kept in ((8, 4), (12, 6), (16, 6)):
    for word, exactness in (("exact", fhe.Exactness.EXACT), ("approximate", fhe.Exactness.APPROXIMATE)):
        CASES[f"16 {word} roundings of {bits} bits to {kept} with a table"] = (
            lambda exactness=exactness, bits=bits, kept=kept: roundings(exactness, bits, kept)
        )
CASES[sys.argv[1]]()
