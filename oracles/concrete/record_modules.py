"""Records what Concrete prints for modules of several functions, and what they compute encrypted, answers as inputs included.

Usage, with concrete-python 2.10.0 installed:
  python oracles/concrete/record_modules.py
Writes test/fixtures/concrete/modules.json. The same modules in TypeScript: test/compile/module-programs.ts.
"""
import json
from importlib.metadata import version
from itertools import product

import numpy as np
from concrete import fhe
from interpret import fixture

hours = list(range(12))
values = list(range(8))
vectors = [np.array([a, b, 3 - a]) for a, b in product(range(4), range(4))]
square = fhe.LookupTable([v * v for v in range(8)])


@fhe.module()
class Clock:
    @fhe.function({"hour": "encrypted"})
    def tick(hour):
        return (hour + 1) % 12

    @fhe.function({"a": "encrypted", "b": "encrypted"})
    def later(a, b):
        return (a + b) % 12


@fhe.module()
class Wired:
    @fhe.function({"x": "encrypted"})
    def narrow(x):
        return x % 4

    @fhe.function({"x": "encrypted", "y": "encrypted"})
    def wide(x, y):
        return square[x] + y, x - y

    composition = fhe.Wired([fhe.Wire(fhe.Output(narrow, 0), fhe.Input(wide, 0))])


@fhe.module()
class Apart:
    @fhe.function({"x": "encrypted"})
    def weigh(x):
        return np.dot(x, [2, -3, 1])

    @fhe.function({"x": "encrypted"})
    def look(x):
        return square[x + 1]

    composition = fhe.NotComposable()


modules = {
    "clock": (Clock, {"tick": hours, "later": list(product(hours, hours))}),
    "wired": (Wired, {"narrow": values, "wide": list(product(values, values))}),
    "apart": (Apart, {"weigh": [(v,) for v in vectors], "look": [(v,) for v in vectors]}),
}
# Function, then for each parameter a value, or the answer with that number.
steps = {
    "clock": [("tick", [11]), ("tick", ["answer 0"]), ("later", ["answer 1", 5]), ("later", ["answer 2", "answer 2"])],
    "wired": [("narrow", [7]), ("wide", ["answer 0", 5]), ("wide", [2, 7])],
    "apart": [("weigh", [[3, 1, 0]]), ("look", [[0, 3, 3]])],
}


def as_list(value):
    return value.tolist() if isinstance(value, np.ndarray) else int(value)


recorded = {}
for name, (declared, inputsets) in modules.items():
    module = declared.compile(inputsets, p_error=2.0**-40)
    module.keygen()
    answers = []
    runs = []
    for function, values_given in steps[name]:
        own = getattr(module, function)
        fed = [isinstance(v, str) for v in values_given]
        plain = [None if f else np.array(v) if isinstance(v, list) else v for v, f in zip(values_given, fed)]
        encrypted = own.encrypt(*plain)
        encrypted = list(encrypted) if isinstance(encrypted, tuple) else [encrypted]
        for at, value in enumerate(values_given):
            if fed[at]:
                encrypted[at] = answers[int(value.split()[1])][0]
        answer = own.run(*encrypted)
        answer = answer if isinstance(answer, tuple) else (answer,)
        answers.append(answer)
        decrypted = own.decrypt(*answer)
        decrypted = decrypted if isinstance(decrypted, tuple) else (decrypted,)
        runs.append({"function": function, "values": values_given, "results": [as_list(v) for v in decrypted]})
    recorded[name] = {
        "mlir": module.mlir,
        "graphs": {function: str(getattr(module, function)) for function in inputsets},
        "runs": runs,
    }
    print(name, [run["results"] for run in runs], flush=True)

text = json.dumps(
    {
        "about": "Modules of several functions as Concrete prints and runs them; made by oracles/concrete/record_modules.py",
        "concretePython": version("concrete-python"),
        "modules": recorded,
    },
    indent=1,
)
fixture("modules", 2).write_text(text + "\n")
