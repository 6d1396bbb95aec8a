"""Records what Concrete prints and computes for the programs of `written/`.

Usage, with concrete-python 2.10.0 installed:  python oracles/concrete/record_written.py [NAME...]
Writes test/fixtures/concrete/recorded-written.json.gz; with names, only those are made anew.
"""
import gzip
import json
import sys
import warnings
from importlib.metadata import version

import numpy as np
from concrete import fhe
from interpret import FIXTURES
from written.all import PROGRAMS

warnings.filterwarnings("ignore")
PATH = FIXTURES / "recorded-written.json.gz"
OPTIONS = {
    "fhe_execution": False,
    "dump_artifacts_on_unexpected_failures": False,
    "dynamic_indexing_check_out_of_bounds": False,
    "dynamic_assignment_check_out_of_bounds": False,
}


def range_of(nodes):
    bounds = [int(bound) for node in nodes for bound in node.bounds]
    return [min(bounds), max(bounds)]


def as_list(value):
    return np.array(value).astype(np.int64).tolist()


def record(program):
    inputset = [s[0] if len(program.encryption) == 1 else tuple(s) for s in program.samples]
    made = {
        "parameters": program.encryption,
        "inputset": [[as_list(v) for v in sample] for sample in program.samples],
    }
    graph, circuit = None, None
    try:
        circuit = fhe.Compiler(program.function, program.encryption).compile(inputset, **OPTIONS)
        graph = circuit.graph
    except Exception as error:
        made["refused"] = f"{type(error).__name__}: {error}"
        try:
            compiler = fhe.Compiler(program.function, program.encryption)
            graph = compiler.trace(inputset, dump_artifacts_on_unexpected_failures=False)
        except Exception:
            return made
    nodes = graph.query_nodes(ordered=True)
    made["graph"] = graph.format()
    made["plain"] = graph.format(show_bounds=False, show_tags=False)
    made["maximumBitWidth"] = graph.maximum_integer_bit_width()
    try:
        made["range"] = range_of(nodes)
    except (TypeError, ValueError):
        pass
    if circuit is not None:
        made["measuredBits"] = [int(node.properties["original_bit_width"]) for node in nodes]
        made["assignedMaximum"] = graph.maximum_integer_bit_width(assigned_bit_width=True)
        made["tables"] = graph.maximum_integer_bit_width(operation_filter=["subgraph", "tlu"], is_encrypted_filter=True)
        made["assigned"] = graph.format(show_assigned_bit_widths=True)
        made["mlir"] = circuit.mlir
    results = []
    for sample in program.samples:
        values = graph(*sample)
        results.append([as_list(v) for v in (values if isinstance(values, tuple) else (values,))])
    made["results"] = results
    return made


if __name__ == "__main__":
    names = sys.argv[1:]
    recorded = json.loads(gzip.decompress(PATH.read_bytes()))["programs"] if names and PATH.exists() else {}
    for name, program in PROGRAMS.items():
        if names and name not in names:
            continue
        recorded[name] = record(program)
        print(name, recorded[name].get("refused", "recorded")[:400])
    text = json.dumps(
        {
            "about": "What concrete-python prints and computes for programs written by hand; made by oracles/concrete/record_written.py",
            "concretePython": version("concrete-python"),
            "programs": {name: recorded[name] for name in PROGRAMS if name in recorded},
        },
        indent=1,
        ensure_ascii=False,
    )
    PATH.write_bytes(gzip.compress((text + "\n").encode(), mtime=0))
