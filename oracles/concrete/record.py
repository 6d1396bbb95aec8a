"""Records what Concrete prints for every program: graph text, widths and MLIR.

Usage, with concrete-python 2.10.0 installed:  python oracles/concrete/record.py
Writes test/fixtures/concrete/recorded.json.
"""
import json
from importlib.metadata import version

from interpret import FIXTURES, circuit_of, programs

recorded = {}
for program in programs():
    circuit = circuit_of(program, fhe_execution=False)
    nodes = circuit.graph.query_nodes(ordered=True)
    recorded[program["name"]] = {
        "graph": str(circuit),
        "assigned": circuit.graph.format(show_assigned_bit_widths=True),
        "maximumBitWidth": circuit.graph.maximum_integer_bit_width(),
        "range": [int(bound) for bound in circuit.graph.integer_range()],
        "measuredBits": [int(node.properties["original_bit_width"]) for node in nodes],
        "assignedBits": [int(node.output.dtype.bit_width) for node in nodes],
        "mlir": circuit.mlir,
    }
    print("recorded", program["name"])

(FIXTURES / "recorded.json").write_text(
    json.dumps(
        {
            "about": "Text printed by concrete-python for programs.json; made by oracles/concrete/record.py",
            "concretePython": version("concrete-python"),
            "programs": recorded,
        },
        indent=1,
        ensure_ascii=False,
    )
    + "\n"
)
