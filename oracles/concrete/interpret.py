"""Builds a Concrete function from a program of test/fixtures/concrete/programs.json or programs-GROUP.json."""
import contextlib
import json
import pathlib
import sys

import numpy as np
from concrete import fhe

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures" / "concrete"


def fixture(name, position=1):
    """Path of a file of the group that the command line names (argument `position`), or of the first group."""
    group = sys.argv[position:]
    return FIXTURES / (f"{name}-{group[0]}.json" if group else f"{name}.json")


def programs():
    return json.loads(fixture("programs").read_text())["programs"]


def table_of(step):
    """`table`: one table; `tables`: nested lists of tables, one per element; `range` n: squares of 0..n-1."""
    if "range" in step:
        return fhe.LookupTable([i * i for i in range(step["range"])])
    if "table" in step:
        return fhe.LookupTable(step["table"])

    def build(item):
        if isinstance(item[0], int):
            return fhe.LookupTable(item)
        return [build(part) for part in item]

    return fhe.LookupTable(build(step["tables"]))


def polynomial(step):
    """`modulo`: squares of sums of weighted operands modulo a number, minus another one."""
    weights, modulus, shift = step["modulo"]

    def polynomial_of(*values):
        total = sum(weight * value for weight, value in zip(weights, values))
        return (total * total) % modulus - shift

    return polynomial_of


def index_of(index, operands):
    def entry(item):
        if isinstance(item, str) and item.startswith("{"):
            return operands[int(item[1:-1])]
        if isinstance(item, list):
            return slice(*item)
        if isinstance(item, dict):
            return item["at"]
        return Ellipsis if item == "..." else item

    return tuple(entry(item) for item in index)


def run_step(step, operands):
    """One operation on numbers, arrays or tracers; lists among the attributes are tuples in Python."""
    op = step["op"]
    attributes = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in step.get("with", {}).items()
    }
    if op == "tlu":
        return table_of(step)[operands[0]]
    if op in ("index_static", "index_dynamic"):
        index = index_of(attributes["index"], operands)
        return operands[0][index if len(index) != 1 else index[0]]
    if op in ("assign_static", "assign_dynamic"):
        index = index_of(attributes["index"], operands)
        operands[0][index if len(index) != 1 else index[0]] = operands[-1]
        return operands[0]
    if op == "dynamic_tlu":
        return operands[1][operands[0]]
    if op == "array":
        nested = np.empty(len(operands), dtype=object)
        nested[:] = operands
        return fhe.array(nested.reshape(attributes["shape"]))
    if op in ("zeros", "ones"):
        return getattr(fhe, op)(attributes["shape"])
    if op.startswith("conv"):
        return fhe.conv(*operands, **attributes)
    if op == "concatenate":
        return np.concatenate(tuple(operands), **attributes)
    if op == "astype":
        return operands[0].astype(np.int64)
    if op == "identity":
        return (fhe.refresh if attributes else fhe.identity)(*operands)
    if op == "extract_bit_pattern":
        bits = attributes["bits"]
        return fhe.bits(operands[0])[slice(*bits) if isinstance(bits, tuple) else bits]
    if op in ("univariate", "multivariate"):
        return getattr(fhe, op)(polynomial(step))(*operands)
    if op == "hint":
        return fhe.hint(operands[0], bit_width=attributes["bits"])
    if op == "where3":
        return fhe.if_then_else(*operands)
    if op in ("amax", "amin"):
        return getattr(np, op[1:])(*operands, **attributes)
    if op == "maxpool":
        return fhe.maxpool(*operands, **attributes)
    if op in ("relu", "round_bit_pattern", "truncate_bit_pattern", "constant"):
        return getattr(fhe, op)(*operands, **attributes)
    return getattr(np, op)(*operands, **attributes)


def value_of(sample):
    return np.array(sample, dtype=np.int64) if isinstance(sample, list) else int(sample)


def function_of(program):
    """A Python function that runs the program on numbers, arrays or tracers, with the parameters' names."""

    def body(*arguments):
        values = dict(zip([i["name"] for i in program["inputs"]], arguments))

        def operand(item):
            if isinstance(item, str):
                return values[item]
            constant = item["const"]
            return np.array(constant) if isinstance(constant, list) else constant

        for step in program["steps"]:
            with contextlib.ExitStack() as stack:
                for tag in step.get("tag", []):
                    stack.enter_context(fhe.tag(tag))
                values[step["to"]] = run_step(step, [operand(item) for item in step["of"]])
        results = tuple(values[name] for name in program["return"])
        return results[0] if len(results) == 1 else results

    names = ", ".join(i["name"] for i in program["inputs"])
    scope = {"body": body}
    exec(f"def {program['name']}({names}):\n    return body({names})\n", scope)
    return scope[program["name"]]


def compiler_of(program):
    """A compiler of the program, and its inputset."""
    encryption = {
        i["name"]: "clear" if i.get("clear") else "encrypted" for i in program["inputs"]
    }
    inputset = [
        value_of(sample[0]) if len(program["inputs"]) == 1 else tuple(value_of(v) for v in sample)
        for sample in program["inputset"]
    ]
    return fhe.Compiler(function_of(program), encryption), inputset
