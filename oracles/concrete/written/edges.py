"""Bounds at powers of two, constants, outputs in every form, tags, hints, bits."""
import numpy as np
from concrete import fhe

from .program import program


@program(x=(0, 16, ()))
def powerOfTwo(x):
    return x, x - 16, x + 16, -x, x * 16


@program(x=(-1, 0, ()))
def minusOne(x):
    return x + 0, x * -1, x - 1, abs(x)


@program(x=(0, 0, ()))
def alwaysZero(x):
    return x + 1, x * 5, x - 1


@program(x=(0, 7, ()))
def sameTwice(x):
    y = x + 1
    return y, y


@program(x=(0, 7, ()), y=(-4, 3, (2,)))
def inputsReturned(x, y):
    return y, x


@program(x=(0, 7, ()))
def onlyInput(x):
    return x


@program(x=(0, 7, ()), unused=(0, 63, (2,)), y=(0, 7, ()))
def unusedInput(x, unused, y):
    return y * 2


@program(x=(0, 7, ()))
def constantOutput(x):
    return x + 1, fhe.constant(5), fhe.zero(), fhe.ones((2,))


@program(samples=[[[1, 2, 3]]], x=(0, 7, (3,)))
def oneSample(x):
    return np.sum(x), x * x


@program(samples=[[5]], x=(0, 7, ()))
def oneScalarSample(x):
    return x // 2, x > 3


@program(x=(0, 7, ()))
def nestedTags(x):
    with fhe.tag("outer"):
        y = x + 1
        with fhe.tag("inner"):
            z = y**2
            w = np.sin(z).astype(np.int64)
        v = z - w
    return v * 2


@program(x=(0, 7, ()))
def hints(x):
    y = fhe.hint(x + 1, bit_width=6)
    z = fhe.hint(y * 2, can_store=100)
    return z + 1, fhe.hint(x, bit_width=5) ** 2


@program(x=(0, 31, ()))
def bitSlices(x):
    b = fhe.bits(x)
    return b[0], b[4], b[1:3], b[:2], b[2:], b[0:5:2], b[3:1:-1]


@program(x=(-8, 7, ()))
def signedBits(x):
    b = fhe.bits(x)
    return b[0], b[3], b[1:3], b[0:4]


@program(x=(0, 31, ()))
def parity(x):
    return 1 - fhe.bits(x)[0], x % 2 == 0, x & 1


@program(x=(0, 15, ()), n=(0, 3, ()))
def shifts(x, n):
    return x << n, x >> n, 1 << n, x << 2, x >> 1


@program(x=(0, 15, ()), y=(0, 3, ()))
def bitwise(x, y):
    return x & y, x | y, x ^ y, x & 5, x | 8, 3 ^ x, ~x


@program(x=(-8, 7, ()), y=(-2, 9, ()))
def signedComparisons(x, y):
    return x < y, x <= y, x == y, x != y, x >= y, x > y


@program(x=(0, 7, ()), y=(0, 63, ()))
def unequalWidths(x, y):
    return x < y, y < x, x == y, np.maximum(x, y)


@program(x=(0, 7, ()), y=(0, 7, ()))
def logic(x, y):
    return np.logical_and(x > 2, y > 2), np.logical_not(x), np.logical_or(x, 0), (x > 2) & (y < 5) | (x == y)


@program(x=(0, 63, ()))
def rounded(x):
    return fhe.round_bit_pattern(x, lsbs_to_remove=3) // 8, fhe.relu(fhe.round_bit_pattern(x - 32, lsbs_to_remove=2)) * 1


@program(x=(0, 63, ()))
def truncatedPattern(x):
    return fhe.truncate_bit_pattern(x, lsbs_to_remove=3) // 8, fhe.truncate_bit_pattern(x - 20, lsbs_to_remove=2)


@program(x=(0, 7, ()), y=(0, 7, ()))
def multivariateSum(x, y):
    return fhe.multivariate(lambda a, b: (a * b + 3) % 8)(x, y)


@program(x=(0, 3, (2,)), y=(-2, 1, (2,)), z=(0, 1, ()))
def multivariateThree(x, y, z):
    return fhe.multivariate(lambda a, b, c: a * b + c)(x, y, z)


@program(x=(0, 15, (2,)))
def univariates(x):
    return fhe.univariate(lambda v: v**2 % 11)(x), fhe.univariate(lambda v: v - 7)(x + 1)


@program(x=(0, 15, ()))
def identities(x):
    return fhe.identity(x) + 1, fhe.refresh(x) * 2, +x, np.positive(x), x * 1


@program(x=(-8, 7, ()))
def relus(x):
    return fhe.relu(x), fhe.relu(x * 2 + 1), fhe.relu(x - 8), fhe.relu(x + 8)


@program(x=(-200, 200, ()))
def wideRelu(x):
    return fhe.relu(x)


@program(x=(0, 7, ()), w=(-3, 3, (), "clear"))
def clearFactor(x, w):
    return x * w, x + w, x - w, w - x


@program(x=(0, 7, (3,)), w=(-3, 3, (3,), "clear"))
def clearVector(x, w):
    return np.dot(x, w), x * w + 1


@program(x=(0, 7, ()))
def repeats(x):
    y = x * 2
    z = x * 2
    return y + z, (x + 1) ** 2 - (x + 1) ** 2


@program(x=(0, 255, ()))
def bytesMod(x):
    return x % 16, x // 16, x > 127


@program(x=(0, 7, ()), y=(-8, -1, ()))
def mixedSigns(x, y):
    return x + y, x - y, y - x, np.minimum(x, y)


@program(x=(0, 7, ()))
def negativeTable(x):
    return fhe.LookupTable([-1, -2, -3, -4, 0, 1, 2, 3])[x], fhe.LookupTable([7, 7, 7, 7, 7, 7, 7, 7])[x]


@program(x=(0, 4, ()))
def shortTable(x):
    return fhe.LookupTable([1, 2, 3, 4, 5])[x]


@program(x=(-3, 4, ()))
def pythonIndex(x):
    return fhe.LookupTable([0, 1, 2, 3, 4, 5, 6, 7])[x]


@program(x=(0, 1, ()), a=(0, 7, ()), b=(-8, 7, ()))
def choice(x, a, b):
    return fhe.if_then_else(x, a, b), np.where(x, a, a + 1), np.where(x == 0, b, a)


@program(x=(0, 7, ()))
def minusChain(x):
    return 5 - (3 - (1 - x)), -(-x), -(x - 3)


@program(x=(0, 7, (2,)))
def booleans(x):
    flags = x > 3
    return np.sum(flags), flags * 3, 1 - flags, flags == (x < 6)


@program(x=(0, 15, ()))
def duplicateTables(x):
    return x // 2 + x // 2, (x // 2) * (x % 2)
