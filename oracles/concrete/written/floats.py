"""Pipelines of floating-point functions that end in integers."""
import numpy as np
from concrete import fhe

from .program import program


@program(x=(-8, 7, ()))
def sine(x):
    return np.round(np.sin(x) * 7).astype(np.int64)


@program(x=(0, 15, (3,)))
def logarithm(x):
    return np.floor(np.log(x + 1) * 3.5).astype(np.int64)


@program(x=(-8, 7, (2, 2)))
def sigmoid(x):
    return np.rint(15 / (1 + np.exp(-x / 2))).astype(np.int64)


@program(x=(-8, 7, ()))
def truncated(x):
    return (x / 3).astype(np.int64), (x * 0.5 - 0.25).astype(np.int64), (-x / 2).astype(np.int64)


@program(x=(-8, 7, ()))
def halves(x):
    return np.round(x / 2).astype(np.int64), np.floor(x / 2).astype(np.int64), np.ceil(x / 2).astype(np.int64)


@program(x=(-8, 7, ()))
def divisions(x):
    return x // 3, x // -3, x % 3, x % -3, np.fmod(x, 3)


@program(x=(1, 7, ()))
def dividedBy(x):
    return 20 // x, 20 % x, 2**x, -20 // x


@program(x=(0, 15, (4,)))
def quantizeDequantize(x):
    real = (x.astype(np.float64) - 3) * 0.37
    activated = np.maximum(real, 0)
    return np.clip(np.round(activated / 0.5) + 1, 0, 7).astype(np.int64)


@program(x=(-8, 7, (2, 3)))
def quantizedLayer(x):
    weights = np.array([[1, -2, 0, 3], [2, 1, -1, -3], [0, 2, 1, 1]])
    sums = x @ weights + np.array([1, -4, 2, 0])
    scales = 0.21
    return np.clip(np.rint(sums * scales + 2.5), 0, 15).astype(np.int64)


@program(x=(-8, 7, (2, 3)))
def normalised(x):
    return np.floor(np.abs(x) ** 0.5 * 4 + np.cos(x)).astype(np.int64)


@program(x=(0, 7, ()))
def roots(x):
    return np.sqrt(x).astype(np.int64), np.cbrt(x * 9).astype(np.int64), np.hypot(x, 3).astype(np.int64)


@program(x=(-8, 7, ()))
def floatFromTwoPaths(x):
    a = np.sin(x) * 3
    b = np.cos(x) * 2
    return (a + b + 0.5).astype(np.int64)


@program(x=(-8, 7, ()), y=(0, 3, ()))
def twoRegions(x, y):
    a = (np.sqrt(np.abs(x)) * 2).astype(np.int64)
    b = np.exp2(y).astype(np.int64)
    return a * 2 + b - (np.tanh(x) * 4).astype(np.int64)


@program(x=(0, 31, ()))
def clipped(x):
    return np.clip(x, 5, 20), x.clip(0, 15), np.minimum(x, 10), np.maximum(3, x)


@program(x=(-16, 15, ()))
def around(x):
    return np.around(x, decimals=-1).astype(np.int64), x.round(), np.sign(x), np.abs(x)


@program(x=(0, 7, ()))
def powers(x):
    return x**2, x**3, x**0, np.power(x, 1), np.square(x)


@program(x=(-4, 3, ()))
def comparisonsOfFloats(x):
    return (x * 1.5 > 2.2).astype(np.int64), (np.sin(x) >= 0) + 0, np.isnan(x / 2) + x


@program(x=(1, 8, ()))
def reciprocals(x):
    return (12 / x).astype(np.int64), np.reciprocal(x * 0.5).astype(np.int64), np.log2(x).astype(np.int64)


@program(x=(0, 7, ()))
def conditions(x):
    return np.where(x > 3, x * 2, x + 1), np.where(x % 2 == 0, x, 0 - x)


@program(x=(-8, 7, (3,)))
def leakyRelu(x):
    return np.where(x > 0, x, x // 4)


@program(x=(-128, 127, ()))
def wideToNarrow(x):
    return np.floor(x / 32).astype(np.int64) + 4


@program(x=(0, 7, (2,)))
def integersAsFloats(x):
    return x.astype(np.float64).astype(np.int64) + (x + 0.25).astype(np.int64)


@program(x=(0, 15, ()))
def angles(x):
    degrees = x * 24
    return np.round(np.cos(np.deg2rad(degrees)) * 8).astype(np.int64), np.arctan2(x, 5).astype(np.int64)


@program(x=(0, 7, (2,)))
def elementwiseConstants(x):
    return np.round(x * np.array([0.5, 1.5]) + np.array([0.1, -3.0])).astype(np.int64), x // np.array([2, 3])


@program(x=(0, 7, ()))
def longConstants(x):
    return (
        np.round(x * 0.123456789012345 + 1e-7).astype(np.int64),
        (x * 1.5e-9 / 1e-9).astype(np.int64),
        np.round(x * 3.5).astype(np.int64),
    )


def halved(v):
    return np.floor(v * 0.5).astype(np.int64)


@program(x=(0, 7, (2,)))
def startingTypes(x):
    return (
        halved(fhe.LookupTable([0, 3, 9, 2, 4, 4, 4, -1])[x]),
        halved(fhe.bits(x)[2]),
        halved(fhe.bits(x)[1:3]),
        halved(fhe.round_bit_pattern(x, lsbs_to_remove=1)),
        halved(fhe.truncate_bit_pattern(x, lsbs_to_remove=1)),
        halved(fhe.relu(x - 3)),
        halved(fhe.univariate(lambda v: v + 20)(x)),
        halved(fhe.array([x[0], x[1], 9])),
        halved(np.concatenate((x, x + 9))),
        halved(fhe.identity(x)),
        halved(fhe.refresh(x)),
        halved(fhe.hint(x + 1, bit_width=6)),
    )


@program(x=(0, 7, (2,)), y=(0, 7, (2,)))
def startingTypesOfTwo(x, y):
    return (
        halved(x * y),
        halved(x @ y),
        halved(x @ np.array([5, 9])),
        halved(np.sum(x)),
        halved(np.max(x)),
        halved(np.maximum(x, y)),
        halved(x + 100),
        halved(3 - x),
        halved(x > y),
        halved(fhe.if_then_else(x > 3, x, y)),
        halved(fhe.multivariate(lambda a, b: a + b)(x, y)),
        halved(fhe.constant(9) + x[0]),
        halved(fhe.zeros((2,)) + x),
    )


@program(x=(0, 7, (1, 1, 3, 3)))
def startingTypesOfImages(x):
    return halved(fhe.conv(x, np.full((1, 1, 2, 2), 3))), halved(fhe.maxpool(x, kernel_shape=(2, 2))), halved(x[0, 0, 1])


@program(samples=[[[-8, 5]], [[7, -8]], [[0, 1]]], x=(-8, 7, (2,)))
def startingTypesOfSigned(x):
    return (
        halved(x[0]),
        halved(fhe.bits(x)[0]),
        halved(fhe.truncate_bit_pattern(x, lsbs_to_remove=1)),
        halved(fhe.relu(x)),
        halved(fhe.identity(x)),
        halved(-x),
        halved(x.reshape((2, 1))),
        halved(fhe.array([x[0], 100])),
        halved(fhe.relu(x[::-1] - 1)),
    )


@program(x=(-2, 1, (4,)))
def nestedParts(x):
    s = np.floor(np.sin(np.round(x) * 0.5) * 4).astype(np.int64)
    return s.reshape((2, 2)), np.where(s > -4, x, s + 2), s * 2


@program(x=(0, 7, ()))
def sharedParts(x):
    y = x * 1
    d = y * 2
    s = np.sqrt(d).astype(np.int64)
    return np.where(y > 3, d, s + 5), d, (s + 5) * (y % 2)
