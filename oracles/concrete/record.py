"""Records what Concrete prints for every program: graph text, widths and MLIR.

Usage, with concrete-python 2.10.0 installed:  python oracles/concrete/record.py [GROUP]
Writes test/fixtures/concrete/recorded.json or recorded-GROUP.json. A program that Concrete does not trace is left out;
one whose module it refuses is recorded without module.
"""
import gzip
import json
import sys
from importlib.metadata import version

from interpret import compiler_of, fixture, programs

# Programs drawn at random: what Concrete refuses among them is recorded as refused.
UNSEEN = sys.argv[1:] == ["unseen"]


def range_of(graph, nodes):
    """Smallest and largest bound; Concrete's own answer fails where a bound is a truth value."""
    try:
        return [int(bound) for bound in graph.integer_range()]
    except AssertionError:
        bounds = [int(bound) for node in nodes for bound in node.bounds]
        return [min(bounds), max(bounds)]



recorded = {}
for program in programs():
    compiler, inputset = compiler_of(program)
    circuit = None
    try:
        circuit = compiler.compile(
            inputset,
            fhe_execution=False,
            dump_artifacts_on_unexpected_failures=False,
            dynamic_indexing_check_out_of_bounds=False,
            dynamic_assignment_check_out_of_bounds=False,
        )
        graph = circuit.graph
    except (RuntimeError, AssertionError) as error:
        print("refused", program["name"], str(error).splitlines()[:1])
        try:
            compiler, inputset = compiler_of(program)
            graph = compiler.trace(inputset, dump_artifacts_on_unexpected_failures=False)
        except Exception:
            continue
    except ValueError as error:
        print("refused", program["name"], str(error).splitlines()[:1])
        continue
    nodes = graph.query_nodes(ordered=True)
    record = {
        "graph": graph.format(),
        "maximumBitWidth": graph.maximum_integer_bit_width(),
        "range": range_of(graph, nodes),
    }
    if circuit is None:
        record["measuredBits"] = [int(node.output.dtype.bit_width) for node in nodes]
    else:
        record["measuredBits"] = [int(node.properties["original_bit_width"]) for node in nodes]
        record["assigned"] = graph.format(show_assigned_bit_widths=True)
        record["assignedBits"] = [int(node.output.dtype.bit_width) for node in nodes]
        if "Verification failed" not in circuit.mlir:
            record["mlir"] = circuit.mlir
    assert "mlir" in record or "refused" in program or UNSEEN, program["name"]
    recorded[program["name"]] = record
    print("recorded", program["name"])

text = (
    json.dumps(
        {
            "about": "Text printed by concrete-python for the programs; made by oracles/concrete/record.py",
            "concretePython": version("concrete-python"),
            "programs": recorded,
        },
        indent=1,
        ensure_ascii=False,
    )
    + "\n"
)
if UNSEEN:
    # Many and long: compressed, without a time so that equal texts make equal files.
    data = gzip.compress(text.encode(), mtime=0)
    fixture("recorded").with_suffix(".json.gz").write_bytes(data)
else:
    fixture("recorded").write_text(text)
