"""Records what Concrete prints for modules of several functions: graphs with assigned widths, and MLIR.

Usage, with concrete-python 2.10.0 installed:  python oracles/concrete/record_wired_widths.py
Writes test/fixtures/concrete/modules-widths.json; test/compile/modules-widths.test.ts has the modules in TypeScript.
"""
import json
import warnings
from importlib.metadata import version

import numpy as np
from concrete import fhe
from interpret import FIXTURES

warnings.filterwarnings("ignore")
OPTIONS = {"fhe_execution": False, "dump_artifacts_on_unexpected_failures": False}


@fhe.module()
class Counter:
    @fhe.function({"x": "encrypted", "y": "encrypted"})
    def add(x, y):
        return (x + y) % 20

    @fhe.function({"x": "encrypted"})
    def dec(x):
        return (x - 1) % 20

    @fhe.function({"x": "encrypted"})
    def inc(x):
        return (x + 1) % 20


@fhe.module()
class Signed:
    @fhe.function({"x": "encrypted"})
    def half(x):
        return x // 2

    @fhe.function({"x": "encrypted"})
    def minus(x):
        return fhe.refresh(-x)


@fhe.module()
class Vectors:
    @fhe.function({"x": "encrypted", "w": "encrypted"})
    def mixed(x, w):
        return fhe.LookupTable([i % 4 for i in range(64)])[x * 3 + w], w // 2

    @fhe.function({"x": "encrypted"})
    def turned(x):
        return x[::-1] % 3


class Wires:
    """A pipeline: only `first` feeds `second`."""

    @fhe.function({"x": "encrypted"})
    def first(x):
        return (x * 5) % 32, x // 8

    @fhe.function({"x": "encrypted", "y": "encrypted"})
    def second(x, y):
        return x + y


Piped = fhe.module()(Wires)


def pairs(count):
    return [(i, j) for i in range(count) for j in range(count)]


def vectors(count):
    return [np.array([i, (i * 5 + 1) % count]) for i in range(count)]


@fhe.compiler({"x": "encrypted"})
def composable(x):
    return (x * 3 + 1) % 7


def texts(module, names):
    functions = {name: getattr(module, name) for name in names}
    return {
        "graphs": {
            name: function.graph.format(show_assigned_bit_widths=True) for name, function in functions.items()
        },
        "mlir": module.mlir,
    }


def wired():
    from concrete.fhe import Input, Output, Wire, Wired

    Piped.composition = Wired([Wire(Output(Piped.first, 1), Input(Piped.second, 0))])
    return Piped.compile({"first": list(range(32)), "second": pairs(4)}, **OPTIONS)


recorded = {
    "counter": texts(
        Counter.compile({"add": pairs(20), "dec": list(range(20)), "inc": list(range(20))}, **OPTIONS),
        ["add", "dec", "inc"],
    ),
    "signed": texts(
        Signed.compile({"half": list(range(-8, 8)), "minus": list(range(-8, 8))}, **OPTIONS), ["half", "minus"]
    ),
    "vectors": texts(
        Vectors.compile(
            {"mixed": [(a, b) for a in vectors(4) for b in vectors(4)], "turned": vectors(4)}, **OPTIONS
        ),
        ["mixed", "turned"],
    ),
    "piped": texts(wired(), ["first", "second"]),
}
circuit = composable.compile(list(range(7)), composable=True, **OPTIONS)
recorded["composable"] = {
    "graphs": {"composable": circuit.graph.format(show_assigned_bit_widths=True)},
    "mlir": circuit.mlir,
}
text = json.dumps(
    {
        "about": "What concrete-python prints for modules; made by oracles/concrete/record_wired_widths.py",
        "concretePython": version("concrete-python"),
        "modules": recorded,
    },
    indent=1,
    ensure_ascii=False,
)
(FIXTURES / "modules-widths.json").write_text(text + "\n")
