"""Builds a Concrete function from a program of test/fixtures/concrete/programs.json."""
import contextlib
import json
import pathlib

import numpy as np
from concrete import fhe

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures" / "concrete"


def programs():
    return json.loads((FIXTURES / "programs.json").read_text())["programs"]


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
                operands = [operand(item) for item in step["of"]]
                if step["op"] == "tlu":
                    values[step["to"]] = table_of(step)[operands[0]]
                else:
                    values[step["to"]] = getattr(np, step["op"])(*operands)
        results = tuple(values[name] for name in program["return"])
        return results[0] if len(results) == 1 else results

    names = ", ".join(i["name"] for i in program["inputs"])
    scope = {"body": body}
    exec(f"def {program['name']}({names}):\n    return body({names})\n", scope)
    return scope[program["name"]]


def circuit_of(program, **options):
    encryption = {
        i["name"]: "clear" if i.get("clear") else "encrypted" for i in program["inputs"]
    }
    inputset = [
        value_of(sample[0]) if len(program["inputs"]) == 1 else tuple(value_of(v) for v in sample)
        for sample in program["inputset"]
    ]
    return fhe.Compiler(function_of(program), encryption).compile(inputset, **options)
