"""Draws programs over all families of operations and writes test/fixtures/concrete/programs-unseen.json.

Usage, with concrete-python 2.10.0 installed:  python oracles/concrete/make_unseen.py
Every family is the first operation of some programs; what follows is drawn at random (fixed seed). A program is kept if
Concrete traces it and its widths are small.
"""
import json
import random
import warnings

import numpy as np
from concrete import fhe
from interpret import FIXTURES, compiler_of, run_step

warnings.filterwarnings("ignore")
rng = random.Random(2110)
WIDEST = 6
FLOATS = {
    "sqrt": 0, "exp2": 1, "sin": 4, "cos": 4, "arctan": 4, "tanh": 4, "arcsinh": 3, "log1p": 3, "expm1": 1, "cbrt": 3,
    "floor": 0, "ceil": 0, "rint": 0, "trunc": 0, "fabs": 0, "square": 0, "sign": 0, "deg2rad": 8, "exp": 1,
}  # fmt: skip
UNARY = ["absolute", "sign", "relu", "square", "invert", "logical_not", "negative", "positive"]
BINARY = [
    "add", "subtract", "multiply", "floor_divide", "remainder", "power", "left_shift", "right_shift", "bitwise_and",
    "bitwise_or", "bitwise_xor", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "minimum",
    "maximum", "logical_and", "logical_or", "logical_xor", "gcd", "lcm", "fmod",
]  # fmt: skip
PAIRS = [
    "add", "subtract", "multiply", "bitwise_and", "bitwise_or", "bitwise_xor", "equal", "not_equal", "less",
    "less_equal", "greater", "greater_equal", "minimum", "maximum", "left_shift", "right_shift",
]  # fmt: skip
SHAPES = [
    "sum", "reshape", "transpose", "squeeze", "expand_dims", "broadcast_to", "concatenate", "index_static",
    "assign_static", "array", "zeros", "ones", "constant", "amax", "amin",
]  # fmt: skip
PRODUCTS = ["matmul", "dot", "conv2d", "maxpool", "matmul_pair", "dot_pair"]
TABLES = [
    "tlu", "tables", "univariate", "multivariate", "where3", "clip", "extract_bit_pattern", "round_bit_pattern",
    "truncate_bit_pattern", "identity", "refresh", "hint", "float1", "float2", "float3", "fused_pair", "float_pair",
    "tagged", "clear", "astype", "round",
]  # fmt: skip


class Drawing:
    """A program while it is drawn: steps, and the values of all names on all samples."""

    def __init__(self, name):
        self.name, self.steps, self.values, self.order = name, [], {}, []
        self.clear = set()
        self.made = 0

    def shape(self, name):
        return np.shape(self.values[name][0])

    def low(self, name):
        return min(int(np.min(v)) for v in self.values[name])

    def high(self, name):
        return max(int(np.max(v)) for v in self.values[name])

    def step(self, op, of, **more):
        self.made += 1
        to = f"v{self.made}"
        step = {"to": to, "op": op, "of": of, **more}
        count = len(next(iter(self.values.values())))
        results = []
        for sample in range(count):
            operands = [
                self.values[o][sample]
                if isinstance(o, str)
                else (np.array(o["const"]) if isinstance(o["const"], list) else o["const"])
                for o in of
            ]
            operands = [np.array(o) if isinstance(name, str) else o for o, name in zip(operands, of)]
            if op in ("zeros", "ones"):
                results.append(getattr(np, op)(more["with"]["shape"], dtype=np.int64))
            elif op == "constant":
                results.append(np.array(of[0]["const"]))
            elif op == "array":
                results.append(np.array([int(o) for o in operands]).reshape(more["with"]["shape"]))
            else:
                results.append(run_step({"with": {}, **step}, operands))
        for value in results:
            if not np.all(np.isfinite(np.asarray(value, dtype=np.float64))):
                raise ValueError("not finite")
        self.steps.append(step)
        self.values[to] = results
        self.order.append(to)
        return to


def const(low, high, shape=()):
    if shape == ():
        return {"const": rng.randint(low, high)}
    return {"const": np.array([rng.randint(low, high) for _ in range(int(np.prod(shape)))]).reshape(shape).tolist()}


def draw_inputs(drawing, count, shapes, signed=None, bits=3):
    samples = 4
    for i in range(count):
        name = ["x", "y", "z"][i]
        shape = shapes[i % len(shapes)]
        wide = rng.randint(2, bits)
        negative = rng.random() < 0.35 if signed is None else signed
        low, high = (-(2 ** (wide - 1)), 2 ** (wide - 1) - 1) if negative else (0, 2**wide - 1)
        values = [np.array([rng.randint(low, high) for _ in range(int(np.prod(shape)))]) for _ in range(samples)]
        values[0][:], values[1][:] = low, high
        drawing.values[name] = [v.reshape(shape) if shape != () else int(v[0]) for v in values]
        drawing.order.append(name)


def integer(drawing, names=None):
    """A small integer value."""
    names = [
        n
        for n in (names or drawing.order)
        if n not in drawing.clear
        and np.issubdtype(np.asarray(drawing.values[n][0]).dtype, np.integer)
        and -(2**5) <= drawing.low(n)
        and drawing.high(n) < 2**6
    ]
    return rng.choice(names[-2:])


def float_chain(drawing, start, length):
    v = start
    v = drawing.step(rng.choice(["multiply", "add", "divide"]), [v, {"const": rng.choice([0.5, 1.25, 2.5, 0.3, 4.5])}])
    for _ in range(length):
        op = rng.choice(list(FLOATS))
        if op in ("sqrt", "log1p"):
            v = drawing.step("fabs", [v])
        v = drawing.step(op, [v])
        if FLOATS[op] > 1:
            v = drawing.step("multiply", [v, {"const": FLOATS[op]}])
    if max(np.max(np.abs(x)) for x in drawing.values[v]) > 60:
        v = drawing.step("tanh", [v])
        v = drawing.step("multiply", [v, {"const": 7.5}])
    if rng.random() < 0.5:
        v = drawing.step(rng.choice(["floor", "rint", "ceil"]), [v])
    return drawing.step("astype", [v], **{"with": {"dtype": "int_"}})


def apply(drawing, op):
    a = integer(drawing)
    shape = drawing.shape(a)
    size = int(np.prod(shape))
    low, high = drawing.low(a), drawing.high(a)
    attributes = lambda **w: {"with": w}
    if op in UNARY:
        return drawing.step(op, [a])
    if op in BINARY:
        per = shape if shape != () and rng.random() < 0.3 else ()
        if op in ("left_shift", "right_shift"):
            if low < 0:
                raise ValueError
            return drawing.step(op, [a, const(0, 2, per)])
        if op in ("bitwise_and", "bitwise_or", "bitwise_xor") and low < 0:
            raise ValueError
        if op in ("floor_divide", "remainder", "fmod"):
            return drawing.step(op, [a, const(2, 5, per)])
        if op == "power":
            return drawing.step(op, [a, {"const": 2}])
        if op in ("gcd", "lcm"):
            return drawing.step(op, [a, const(1, 6)])
        if op in ("subtract", "add", "multiply", "minimum", "maximum", "less", "greater") and rng.random() < 0.3:
            return drawing.step(op, [const(0, 4), a])
        return drawing.step(op, [a, const(-3 if low < 0 and op not in ("logical_and", "logical_or") else 0, 5, per)])
    if op == "float1":
        return float_chain(drawing, a, 1)
    if op == "float2":
        return float_chain(drawing, a, 2)
    if op == "float3":
        return float_chain(drawing, a, 3)
    if op == "float_pair":
        u = drawing.step("add", [a, {"const": 1.5}])
        v = drawing.step(rng.choice(["sin", "cos", "tanh", "arctan"]), [a])
        w = drawing.step(rng.choice(["multiply", "add", "hypot", "arctan2", "maximum", "logaddexp"]), [u, v])
        return drawing.step("astype", [drawing.step("rint", [w])], **attributes(dtype="int_"))
    if op == "fused_pair":
        u = drawing.step(rng.choice(["absolute", "square", "add"]), [a] if rng.random() < 0 else [a]) if False else (
            drawing.step("power", [a, {"const": 2}]))
        v = drawing.step("add", [a, {"const": rng.randint(1, 3)}])
        v = drawing.step("absolute", [v])
        if any(np.any(np.asarray(x) == 0) for x in drawing.values[v]):
            v = drawing.step("add", [v, {"const": 1}])
        return drawing.step(rng.choice(["remainder", "floor_divide", "minimum", "less"]), [u, v])
    if op == "tlu":
        length = 2 ** max(int(high).bit_length(), 1)
        if low < 0:
            length = 2 ** (max(int(high).bit_length(), int(-low - 1).bit_length()) + 1)
        return drawing.step("tlu", [a], table=[rng.randint(-3 if rng.random() < 0.3 else 0, 7) for _ in range(length)])
    if op == "tables":
        if shape == () or low < 0 or size > 6:
            raise ValueError
        length = 2 ** max(int(high).bit_length(), 1)
        kinds = [[rng.randint(0, 7) for _ in range(length)] for _ in range(2)]
        tables = np.array([rng.choice(kinds) for _ in range(size)]).reshape(shape + (length,))
        return drawing.step("tlu", [a], tables=tables.tolist())
    if op == "univariate":
        return drawing.step(op, [a], modulo=[[rng.randint(1, 3)], rng.randint(3, 9), rng.randint(0, 2)])
    if op == "multivariate":
        b = integer(drawing)
        if a == b:
            b = drawing.step("add", [a, const(1, 2)])
        if drawing.shape(b) != shape or max(high, drawing.high(b), -low, -drawing.low(b)) > 7:
            raise ValueError
        return drawing.step(op, [a, b], modulo=[[rng.randint(1, 3), rng.randint(1, 3)], rng.randint(3, 9), 0])
    if op == "where3":
        c = drawing.step("greater", [a, const(low, high)])
        b = integer(drawing, [n for n in drawing.order if drawing.shape(n) == shape])
        other = drawing.step("add", [a, const(1, 2)])
        return drawing.step("where", [c, b, other])
    if op == "clip":
        return drawing.step(op, [a, {"const": low + 1}, {"const": max(low + 1, high - 1)}])
    if op == "extract_bit_pattern":
        bits = rng.choice([0, 1, 2, [0, 2, None], [1, 3, None], [1, None, None], [None, 4, 2]])
        if low < 0 and isinstance(bits, list) and bits[1] is None:
            bits = [0, 2, None]
        return drawing.step(op, [a], **attributes(bits=bits))
    if op == "round_bit_pattern":
        w = drawing.step("multiply", [a, {"const": 3}])
        v = drawing.step(op, [w], **attributes(lsbs_to_remove=rng.randint(1, 2)))
        return drawing.step("tlu", [v], table=[(i * 5) % 7 for i in range(128)]) if rng.random() < 0.7 else v
    if op == "truncate_bit_pattern":
        return drawing.step(op, [a], **attributes(lsbs_to_remove=rng.randint(1, 2)))
    if op == "identity":
        return drawing.step(op, [a])
    if op == "refresh":
        return drawing.step("identity", [a], **attributes(force_noise_refresh=True))
    if op == "hint":
        return drawing.step(op, [a], **attributes(bits=rng.randint(4, 6)))
    if op == "round":
        return drawing.step(op, [a])
    if op == "astype":
        return drawing.step(op, [a], **attributes(dtype="int_"))
    if op == "tagged":
        v = drawing.step("multiply", [a, const(1, 3)], tag=["layer"])
        return drawing.step("relu", [drawing.step("subtract", [v, const(1, 4)], tag=["layer", "act"])], tag=["layer", "act"])
    if op == "clear":
        name = next((n for n in drawing.clear), None)
        if name is None:
            raise ValueError
        return drawing.step(rng.choice(["add", "multiply", "subtract"]), [a, name])
    if op in ("amax", "amin"):
        if shape == ():
            raise ValueError
        with_ = rng.choice([{}, {"axis": 0}, {"axis": 0, "keepdims": True}])
        return drawing.step(op, [a], **attributes(**with_))
    if op == "sum":
        if shape == ():
            raise ValueError
        with_ = rng.choice([{}, {"axis": 0}, {"axis": -1}, {"axis": 0, "keepdims": True}])
        return drawing.step(op, [a], **attributes(**with_))
    if op == "reshape":
        return drawing.step(op, [a], **attributes(newshape=rng.choice([[size], [1, size], [size, 1], [-1]])))
    if op == "transpose":
        if len(shape) < 2:
            raise ValueError
        axes = list(range(len(shape)))
        rng.shuffle(axes)
        return drawing.step(op, [a], **(attributes(axes=axes) if rng.random() < 0.5 else {}))
    if op == "squeeze":
        v = drawing.step("reshape", [a], **attributes(newshape=[1, size, 1]))
        return drawing.step(op, [v], **(attributes(axis=0) if rng.random() < 0.5 else {}))
    if op == "expand_dims":
        return drawing.step(op, [a], **attributes(axis=rng.choice([0, -1])))
    if op == "broadcast_to":
        return drawing.step(op, [a], **attributes(shape=[2, *shape]))
    if op == "concatenate":
        if shape == ():
            raise ValueError
        b = drawing.step("add", [a, const(0, 2)])
        return drawing.step(op, [a, b], **attributes(axis=rng.choice([0, -1])))
    if op == "index_static":
        if shape == ():
            raise ValueError
        index = []
        for n in shape[: rng.randint(1, len(shape))]:
            if rng.random() < 0.5:
                index.append(rng.randint(-n, n - 1))
            else:
                index.append(rng.choice([[None, None, None], [0, max(n - 1, 1), None], [None, None, -1], [None, None, 2]]))
        return drawing.step(op, [a], **attributes(index=index))
    if op == "assign_static":
        if shape == ():
            raise ValueError
        index = [rng.randint(0, shape[0] - 1)]
        if rng.random() < 0.4:
            index = [[None, None, 2]]
        value = const(max(low, 0), max(high, 0))
        # NumPy changes the array itself: its name must not be used again.
        made = drawing.step(op, [a, value], **attributes(index=index))
        drawing.order.remove(a)
        return made
    if op == "array":
        if shape != ():
            a = drawing.step("index_static", [a], **attributes(index=[0] * len(shape)))
        b = drawing.step("add", [a, const(1, 2)])
        return drawing.step(op, [a, b, b, a], **attributes(shape=rng.choice([[4], [2, 2]])))
    if op in ("zeros", "ones"):
        z = drawing.step(op, [], **attributes(shape=list(shape)))
        return drawing.step("add", [z, a])
    if op == "constant":
        c = drawing.step(op, [const(0, 5, shape)])
        return drawing.step("add", [a, c])
    if op == "matmul":
        if len(shape) not in (1, 2):
            raise ValueError
        if rng.random() < 0.5:
            return drawing.step(op, [a, const(-2, 2, (shape[-1], rng.randint(1, 3)))])
        return drawing.step(op, [const(-2, 2, (rng.randint(1, 3), shape[0])), a])
    if op == "dot":
        if len(shape) != 1:
            raise ValueError
        return drawing.step(op, [a, const(-2, 2, shape)])
    if op == "matmul_pair":
        if len(shape) != 2:
            raise ValueError
        b = drawing.step("transpose", [a])
        return drawing.step("matmul", [a, b])
    if op == "dot_pair":
        if len(shape) != 1:
            raise ValueError
        b = drawing.step("add", [a, const(0, 1)])
        return drawing.step("dot", [a, b])
    if op == "conv2d":
        if size < 4:
            raise ValueError
        image = drawing.step("reshape", [a], **attributes(newshape=[1, 1, 2, size // 2]))
        kernel = const(-1, 2, (rng.randint(1, 2), 1, rng.randint(1, 2), rng.randint(1, 2)))
        more = {"strides": [1, rng.randint(1, 2)]} if rng.random() < 0.5 else {}
        more = {"pads": [0] * 4, "strides": [1, 1], "dilations": [1, 1], "group": 1, **more}
        return drawing.step(op, [image, kernel, const(-1, 1, (len(kernel["const"]),))], **attributes(**more))
    if op == "maxpool":
        if size < 4:
            raise ValueError
        image = drawing.step("reshape", [a], **attributes(newshape=[1, 1, 2, size // 2]))
        return drawing.step(op, [image], **attributes(kernel_shape=[rng.randint(1, 2), 2]))
    raise NotImplementedError(op)


def pair(drawing, op):
    a, b = drawing.order[0], drawing.order[1]
    if op in ("left_shift", "right_shift", "bitwise_and", "bitwise_or", "bitwise_xor"):
        if drawing.low(a) < 0 or drawing.low(b) < 0 or (op.endswith("shift") and drawing.high(b) > 3):
            raise ValueError
    return drawing.step(op, [a, b])


def draw(name, first, follow):
    drawing = Drawing(name)
    is_pair = first.startswith("pair_")
    vector = rng.choice([(), (3,), (2, 3), (4,), (2, 2), (1, 4)])
    needs_axes = first in SHAPES + PRODUCTS + ["tables"]
    if needs_axes and vector == ():
        vector = (4,)
    if first == "matmul_pair":
        vector = (2, 3)
    if first in ("dot", "dot_pair"):
        vector = (3,)
    shapes = [vector] if not is_pair or rng.random() < 0.6 else [vector, ()]
    count = 2 if is_pair or rng.random() < 0.25 else 1
    clear = first == "clear"
    draw_inputs(drawing, count + (1 if clear else 0), shapes, bits=3 if not is_pair else 2)
    if clear:
        drawing.clear = {drawing.order[-1]}
    pair(drawing, first[5:]) if is_pair else apply(drawing, first)
    for op in follow:
        if all(drawing.high(drawing.order[-1]) < 32 for _ in [0]):
            apply(drawing, op)
    used = {o for s in drawing.steps for o in s["of"] if isinstance(o, str)}
    names = [n for n in drawing.values if n in ("x", "y", "z")]
    ends = [s["to"] for s in drawing.steps if s["to"] not in used]
    if any(np.asarray(drawing.values[e][0]).dtype.kind == "f" for e in ends):
        raise ValueError("float result")
    used_names = [n for n in names if n in used]
    return {
        "name": name,
        "api": True,
        "inputs": [{"name": n, **({"clear": True} if n in drawing.clear else {})} for n in used_names],
        "inputset": [
            [np.asarray(drawing.values[n][s]).tolist() for n in used_names] for s in range(4)
        ],
        "steps": drawing.steps,
        "return": ends[-3:],
    }


def fits(program):
    compiler, inputset = compiler_of(program)
    graph = compiler.trace(inputset, dump_artifacts_on_unexpected_failures=False)
    return graph.maximum_integer_bit_width() <= WIDEST + 1


def main():
    families = [*UNARY, *BINARY, *["pair_" + p for p in PAIRS], *SHAPES, *PRODUCTS, *TABLES]
    small = [f for f in ["negative", *UNARY[:6], *BINARY, *SHAPES, *TABLES] if f not in ("amax", "amin", "power", "square", "lcm", "hint", "tagged", "zeros", "ones")]
    programs = []
    for family in [*families, *TABLES, *SHAPES, *PRODUCTS, "float2", "float3", "float_pair"]:
        for attempt in range(60):
            follow = [rng.choice(small) for _ in range(rng.randint(0, 3))]
            try:
                program = draw(f"unseen_{len(programs)}_{family}", family, follow)
                if fits(program):
                    programs.append(program)
                    break
            except (ValueError, RuntimeError, IndexError, TypeError, ZeroDivisionError, NotImplementedError, AssertionError, AttributeError) as error:
                last = error
                continue
        else:
            print("no program of", family, repr(last)[:300])
    about = (
        "Programs drawn by oracles/concrete/make_unseen.py over all families of operations; see programs.json,"
        " programs-linear.json and programs-lookups.json for the form."
    )
    lines = ",\n".join("    " + json.dumps(p) for p in programs)
    (FIXTURES / "programs-unseen.json").write_text(
        f'{{\n  "about": {json.dumps(about)},\n  "programs": [\n{lines}\n  ]\n}}\n'
    )
    print(len(programs), "programs")


main()
