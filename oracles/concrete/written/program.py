"""Programs written by hand in concrete-python; test/compile/written-*.ts has each of them in TypeScript under the same name."""
import zlib

import numpy as np

PROGRAMS = {}


class Program:
    """A function, its parameters, and the samples on which its ranges are measured."""

    def __init__(self, function, parameters, samples, name):
        self.name = name or function.__name__
        self.function = function
        self.encryption = {key: "clear" if len(spec) > 3 else "encrypted" for key, spec in parameters.items()}
        drawn_ones = drawn(self.name, list(parameters.values()))
        self.samples = drawn_ones if samples is None else [[np.array(v) if isinstance(v, list) else v for v in s] for s in samples]


def drawn(name, specs):
    """All lowest, all highest, and six samples drawn at random."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))

    def sample(pick):
        values = []
        for low, high, shape in (spec[:3] for spec in specs):
            value = np.array([pick(low, high) for _ in range(int(np.prod(shape)))], dtype=np.int64)
            values.append(value.reshape(shape) if shape != () else int(value[0]))
        return values

    extremes = [sample(lambda low, high: low), sample(lambda low, high: high)]
    return extremes + [sample(lambda low, high: rng.integers(low, high + 1)) for _ in range(6)]


def program(samples=None, name=None, **parameters):
    """Registers a function. A parameter is `(low, high, shape)`, with a fourth entry if it is clear."""

    def register(function):
        made = Program(function, parameters, samples, name)
        assert made.name not in PROGRAMS, made.name
        PROGRAMS[made.name] = made
        return function

    return register
