"""Writes an ONNX file with a tensor of every element type, once as raw bytes and once in typed fields, and its numbers.

Run: pip install onnx==1.23.2 ml_dtypes && python onnx_tensors.py
Writes test/fixtures/import/onnx-tensors/.
"""

import json

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from common import fixtures, plain

folder = fixtures / "onnx-tensors"
folder.mkdir(parents=True, exist_ok=True)
edges = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.103515625e-05, 3.0e-5, float("inf"), float("-inf"), float("nan"), 0.1]
kinds = {
    "float32": (TensorProto.FLOAT, np.float32, edges),
    "float64": (TensorProto.DOUBLE, np.float64, edges),
    "float16": (TensorProto.FLOAT16, np.float16, edges),
    "bfloat16": (TensorProto.BFLOAT16, ml_dtypes.bfloat16, edges),
    "bool": (TensorProto.BOOL, np.bool_, [True, False]),
    "int4": (TensorProto.INT4, ml_dtypes.int4, [-8, -1, 0, 7, 3]),
    "uint4": (TensorProto.UINT4, ml_dtypes.uint4, [15, 1, 0, 8, 3]),
}
for bits in (8, 16, 32, 64):
    top = 2 ** (bits - 1)
    kinds[f"int{bits}"] = (getattr(TensorProto, f"INT{bits}"), getattr(np, f"int{bits}"), [-min(top, 2**53), -1, 0, min(top, 2**53) - 1])
    kinds[f"uint{bits}"] = (getattr(TensorProto, f"UINT{bits}"), getattr(np, f"uint{bits}"), [0, 1, 2 ** min(bits, 53) - 1])
tensors, values = [], {}
for name, (kind, dtype, numbers) in kinds.items():
    array = np.array(numbers).astype(dtype)
    raw = numpy_helper.from_array(array, f"{name}-raw")
    assert raw.data_type == kind, name
    typed = helper.make_tensor(f"{name}-typed", kind, [len(numbers)], array.tolist() if name not in ("int4", "uint4") else list(numbers))
    for tensor in (raw, typed):
        tensors.append(tensor)
        values[tensor.name] = plain([float(item) for item in numpy_helper.to_array(tensor).ravel().tolist()])
tensors.append(helper.make_tensor("string", TensorProto.STRING, [2], ["a", "ß"]))
graph = helper.make_graph([], "tensors", [], [], tensors)
onnx.save(helper.make_model(graph), folder / "tensors.onnx")
(folder / "values.json").write_text(json.dumps(values))


def alone(name, tensor):
    graph = helper.make_graph([], "g", [], [], [tensor])
    (folder / name).write_bytes(helper.make_model(graph).SerializeToString())


outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
outside.external_data.add(key="location", value="weights.bin")
alone("external.onnx", outside)
alone("float8.onnx", numpy_helper.from_array(np.array([1.0]).astype(ml_dtypes.float8_e4m3fn), "w"))
alone("short.onnx", TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3], raw_data=b"\0" * 8))
alone("huge.onnx", TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2**40, 2**10], raw_data=b"\0" * 8))
