"""Operators with unusual operands."""
import numpy as np
from concrete import fhe

from .program import program


@program(x=(0, 3, (2, 3, 2)))
def negativeAxes(x):
    return (
        np.sum(x, axis=-2),
        np.sum(x, axis=(-1, 0)),
        np.expand_dims(x, -1),
        np.transpose(x, (-1, 0, 1)),
        np.concatenate((x, x), axis=-3),
        np.squeeze(x[0:1], axis=-3),
    )


@program(x=(0, 3, (2, 2, 3)))
def stackedProducts(x):
    weights = np.array([[1, 0], [-1, 2], [3, 1]])
    return x @ weights, np.array([[2, -1]]) @ x[0], np.matmul(x[0, 0], weights)


@program(x=(0, 7, (3,)))
def vectorsAndMatrices(x):
    return np.array([[1, 2, 3], [-1, 0, 1]]) @ x, x @ np.array([[1, 2], [0, 0], [-1, 1]]), np.array([1, 1, 1]) @ x


@program(x=(0, 3, (2, 1)), y=(-2, 1, (1, 3)))
def outer(x, y):
    return x * y, x + y, x < y, np.maximum(x, y)


@program(x=(0, 7, (5,)))
def oddSlices(x):
    return x[-100:3], x[3:100], x[-1:-4:-1], x[2::-1], x[:1:-1], x[4:0:-3]


@program(x=(0, 7, (4,)))
def assignNegatives(x):
    x[1] = -3
    x[::2] = x[2:4] - 8
    return x


@program(x=(0, 7, (2, 3)), y=(0, 7, (3,)))
def assignRows(x, y):
    x[:] = x + 1
    x[0, ::-1] = y
    x[:, 0] = [9, 10]
    return x


@program(x=(0, 7, (2,)), y=(-8, -1, (2,)))
def joinSigns(x, y):
    return np.concatenate((x, y)), np.concatenate((x, np.array([-1]), y))


@program(x=(0, 7, ()))
def arrayOfConstants(x):
    return fhe.array([x, -1, 2]), fhe.array([[x], [7]])


@program(x=(0, 7, (2,)))
def shiftsByArrays(x):
    return x << np.array([1, 2]), x >> np.array([0, 1]), np.left_shift(1, x), 64 >> x


@program(x=(0, 15, ()))
def bitsOfConstants(x):
    return x & 0b101, x | 16, x ^ 0, ~x + 16, 7 & x


@program(x=(-8, 7, ()))
def signedPowers(x):
    return x**2, x**3, (-x) ** 3, 2 ** (x + 8), abs(-x)


@program(x=(0, 7, ()))
def constantBases(x):
    return -5 // (x + 1), 5 % (x + 1), 100 - x, 3**x, 10 * x - 70


@program(x=(-8, 7, ()))
def divisionsByArrays(x):
    return np.floor_divide(x, 4), np.remainder(x, -4), np.mod(x, 5), np.fmod(x, -3), np.true_divide(x, 4).astype(np.int64)


@program(x=(-8, 7, (2,)))
def rareFunctions(x):
    return (
        np.heaviside(x, 1).astype(np.int64),
        np.copysign(3, x).astype(np.int64),
        np.fmax(x, 2),
        np.fmin(x, -2),
        np.gcd(x, 6),
        np.lcm(x, 4),
        np.signbit(x) + 0,
    )


@program(x=(0, 7, ()))
def infinities(x):
    return np.isfinite(1 / x) + 0, np.isinf(np.log(x)) + x, np.isnan(np.sqrt(x - 4.5)) * 3


@program(x=(1, 7, ()))
def exponentials(x):
    return (
        np.expm1(x / 4).astype(np.int64),
        np.log1p(x).astype(np.int64),
        np.log10(x * 30).astype(np.int64),
        np.exp2(x / 2).astype(np.int64),
        np.sinh(x / 3).astype(np.int64),
        np.arctan(x - 4).astype(np.int64),
        np.ldexp(x, 2).astype(np.int64),
        np.logaddexp(x, 2).astype(np.int64),
        np.float_power(x, 1.5).astype(np.int64),
    )


@program(x=(0, 7, (2, 3)))
def sameFloatTwice(x):
    s = np.sqrt(x)
    return (s * 3).astype(np.int64) + np.floor(s).astype(np.int64)


@program(x=(0, 7, (2, 3)))
def rowConstants(x):
    return np.rint(x * np.array([0.5, 1.25, 2.0])).astype(np.int64)


@program(x=(0, 7, (2, 3)))
def clippedRows(x):
    return np.clip(x, [1, 2, 3], [5, 5, 4]), np.maximum(x, np.array([[2], [5]]))


@program(c=(0, 1, (3,)), x=(0, 7, (2, 3)), y=(0, 7, ()))
def chosenRows(c, x, y):
    return np.where(c, x, y), np.where(c == 1, x[0], x[1])


@program(x=(0, 7, ()))
def nothingLeft(x):
    return x - x, x * 0, x == x, x // 8, x > 7


@program(x=(0, 3, ()), y=(0, 3, ()), z=(-2, 1, ()))
def products(x, y, z):
    return x * y * z, x * x * x, (x + y) * (x - y), np.square(x + z)


@program(x=(0, 3, (3,)), y=(0, 3, (3,)))
def thresholdProducts(x, y):
    return np.dot(x, y) > 9, np.sum(x * y) // 4


@program(x=(0, 7, ()), y=(0, 7, ()), z=(0, 7, ()))
def between(x, y, z):
    return (x <= y) & (y <= z), (x < y) | (y < z), ((x > y) + (y > z)) == 2


@program(x=(0, 7, (2,)))
def bitsOfTensors(x):
    return fhe.bits(x)[0], fhe.bits(x)[1:3], fhe.bits(x * 3)[2], fhe.bits(x)[2:0:-1]


@program(x=(-8, 7, (2,)))
def roundedSigned(x):
    return fhe.round_bit_pattern(x, lsbs_to_remove=1), abs(fhe.round_bit_pattern(x, lsbs_to_remove=2))


@program(x=(0, 63, ()))
def roundedUnprotected(x):
    return fhe.univariate(lambda v: v // 4)(fhe.round_bit_pattern(x, lsbs_to_remove=2, overflow_protection=False))


@program(x=(0, 15, ()))
def roundedByNothing(x):
    return fhe.round_bit_pattern(x, lsbs_to_remove=0) + 1, fhe.truncate_bit_pattern(x, lsbs_to_remove=0) * 2


@program(x=(0, 1, (3,)))
def singleBits(x):
    return fhe.LookupTable([1, 0])[x], fhe.LookupTable([5, -5])[x], np.sum(x), 1 - x, x ^ 1


@program(x=(0, 7, ()))
def longTable(x):
    return fhe.LookupTable([i % 5 for i in range(16)])[x], fhe.LookupTable(np.arange(8) ** 2)[x + 0]


@program(x=(0, 7, ()))
def tagsOfTables(x):
    with fhe.tag("a"):
        with fhe.tag("b"):
            y = fhe.LookupTable([i * 2 for i in range(8)])[x]
        with fhe.tag("c.d"):
            z = np.floor(y / 3).astype(np.int64)
    with fhe.tag("a"):
        return z + y


@program(x=(0, 7, (1,)), y=(0, 7, (1, 1)))
def oneElement(x, y):
    return x[0], y[0, 0], x + y, np.sum(y), np.max(x), y.reshape((1,)), y.T


@program(x=(0, 3, (2, 2)))
def chainedShapes(x):
    return x.reshape((4,))[::-1].reshape((2, 2)).T @ np.array([[1, 1], [0, 2]]) - x


@program(samples=[[255], [0], [128]], x=(0, 255, ()))
def widestBytes(x):
    return x + 1, 255 - x, x * 2


@program(samples=[[-128], [127]], x=(-128, 127, ()))
def widestSigned(x):
    return x + 128, -x, x - 1


@program(x=(0, 7, ()), y=(0, 7, ()))
def swapped(x, y):
    return y, x, x, y + 0


@program(x=(0, 7, (2, 2)))
def longExpression(x):
    total = x
    for i in range(6):
        total = total + (i + 1) * x.T - np.array([[i, 0], [0, i]])
    return total


@program(x=(0, 3, (12,)))
def longConstantArrays(x):
    return x * np.arange(100, 112), x + np.array([1000] * 12), np.sum(x * (np.arange(12) - 6))
