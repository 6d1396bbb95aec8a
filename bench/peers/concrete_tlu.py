"""One table look-up in Concrete, one thread, one JSON line for each measurement.

    python concrete_tlu.py WIDTH LOG2_P_ERROR [REPETITIONS] [--rounds]

e.g. `concrete_tlu.py 6 -64`. Sixteen values are looked up by one call, one after the other; times are for one value.
With `--rounds` the program makes keys, prints a line, and then measures REPETITIONS calls for every line that it reads
from standard input, so that another program can be timed between two rounds.
"""
import json
import os
import sys
import time
import warnings
from importlib.metadata import version

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore", category=UserWarning)
import numpy as np
from concrete import fhe

VALUES = 16


def seconds(work):
    started = time.perf_counter()
    value = work()
    return value, time.perf_counter() - started


def main():
    plain = [a for a in sys.argv[1:] if a != "--rounds"]
    width, log2_p_error = int(plain[0]), int(plain[1])
    repetitions = int(plain[2]) if len(plain) > 2 else 3
    table = [(3 * i + 1) % 2**width for i in range(2**width)]
    look_up = fhe.LookupTable(table)

    @fhe.compiler({"x": "encrypted"})
    def function(x):
        return look_up[x]

    random = np.random.default_rng(1)
    inputset = [random.integers(0, 2**width, size=(VALUES,)) for _ in range(20)]
    inputset.append(np.full((VALUES,), 2**width - 1))
    circuit, compile_s = seconds(
        lambda: function.compile(
            inputset,
            p_error=2.0**log2_p_error,
            dataflow_parallelize=False,
            loop_parallelize=False,
            show_progress=False,
        )
    )
    _, keys_s = seconds(lambda: circuit.keygen(force=True))
    values = random.integers(0, 2**width, size=(VALUES,))
    encrypted = circuit.encrypt(values)
    keys = {
        "peer": f"Concrete {version('concrete-python')}",
        "name": f"p={width} 2^{log2_p_error}",
        "compileS": round(compile_s, 3),
        "keyGenerationS": round(keys_s, 3),
        "evaluationKeyBytes": len(circuit.client.evaluation_keys.serialize()),
        "uploadBytes": len(encrypted.serialize()) // VALUES,
    }

    def measure():
        times = []
        for _ in range(repetitions):
            result, run_s = seconds(lambda: circuit.run(encrypted))
            times.append(run_s / VALUES * 1e3)
        right = [int(v) for v in circuit.decrypt(result)] == [table[v] for v in values]
        times.sort()
        report = {
            "repetitions": repetitions,
            "minMs": round(times[0], 3),
            "medianMs": round(times[len(times) // 2], 3),
            "ok": right,
        }
        print(json.dumps(keys | report), flush=True)

    if "--rounds" not in sys.argv:
        return measure()
    print(json.dumps(keys | {"ready": True}), flush=True)
    for _ in sys.stdin:
        measure()


main()
