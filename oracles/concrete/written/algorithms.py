"""Small algorithms that people write."""
import numpy as np
from concrete import fhe

from .program import program


@program(board=(0, 1, (1, 1, 5, 5)))
def gameOfLife(board):
    counts = fhe.conv(board, weight=np.array([[[[2, 2, 2], [2, 1, 2], [2, 2, 2]]]]))
    return fhe.univariate(lambda v: np.logical_and(v >= 5, v <= 7).astype(np.int64))(counts)


@program(board=(0, 1, (4, 4)))
def lifeBySlices(board):
    wide = fhe.zeros((6, 6))
    wide[1:-1, 1:-1] = board
    around = fhe.zeros((4, 4))
    for i in range(3):
        for j in range(3):
            if (i, j) != (1, 1):
                around = around + wide[i : i + 4, j : j + 4]
    return (around == 3) | (board & (around == 2))


@program(a=(0, 3, (2,)), b=(0, 3, (3,)))
def levenshtein(a, b):
    rows = {}
    for i in range(3):
        for j in range(4):
            if i == 0 or j == 0:
                rows[i, j] = fhe.constant(i + j)
                continue
            same = a[i - 1] == b[j - 1]
            step = 1 + np.minimum(np.minimum(rows[i - 1, j], rows[i, j - 1]), rows[i - 1, j - 1])
            rows[i, j] = fhe.if_then_else(same, rows[i - 1, j - 1], step)
    return rows[2, 3]


@program(e=(0, 15, ()), f=(0, 15, ()), g=(0, 15, ()))
def chooseAndMajority(e, f, g):
    choose = (e & f) ^ ((15 - e) & g)
    majority = (e & f) ^ (e & g) ^ (f & g)
    return choose, majority


@program(x=(0, 15, (3,)))
def rotations(x):
    def rotate(v, n):
        return ((v >> n) + (v << (4 - n))) % 16

    return rotate(x, 1) ^ rotate(x, 2) ^ (x >> 3)


@program(query=(0, 7, ()), keys=(0, 7, (4,)), values=(0, 7, (4,)))
def keyValue(query, keys, values):
    return np.sum((keys == query) * values)


@program(query=(0, 7, ()))
def staticDatabase(query):
    keys = np.array([1, 4, 6])
    values = np.array([5, 2, 7])
    found = query == keys
    return np.sum(found), np.sum(found * values)


@program(x=(0, 15, (8,)))
def moments(x):
    total = np.sum(x)
    return total // 8, np.sum(x * x) - (total**2) // 8


@program(x=(0, 7, ()), y=(0, 7, ()), z=(0, 7, ()))
def medianOfThree(x, y, z):
    low, high = np.minimum(x, y), np.maximum(x, y)
    return np.maximum(low, np.minimum(high, z))


@program(x=(0, 3, (6,)))
def histogram(x):
    return np.sum(x.reshape((6, 1)) == np.arange(4), axis=0)


@program(x=(0, 7, (4,)))
def sortNetwork(x):
    v = [x[i] for i in range(4)]
    for i, j in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)]:
        v[i], v[j] = np.minimum(v[i], v[j]), np.maximum(v[i], v[j])
    return fhe.array(v)


@program(x=(0, 3, (2, 3)), y=(0, 3, (3, 2)))
def matrixProduct(x, y):
    return x @ y


@program(x=(-4, 3, (2, 2)), y=(-4, 3, (2,)))
def matrixVector(x, y):
    return x @ y + [3, -3]


@program(image=(0, 7, (1, 1, 4, 4)))
def smallNet(image):
    filters = np.array([[[[1, 2], [-2, 2]]], [[[0, 1], [1, -2]]]])
    hidden = fhe.conv(image, weight=filters, bias=np.array([3, -2]), strides=(2, 2))
    hidden = np.maximum(hidden, 0)
    hidden = fhe.round_bit_pattern(hidden, lsbs_to_remove=2)
    hidden = fhe.relu(hidden - 4) // 8
    weights = [
        [-1, -2, 0], [-2, 0, 0], [0, 0, 1], [-1, 1, 0], [-1, 0, -2], [1, -1, -1], [1, -1, -2], [1, 1, 1],
    ]  # fmt: skip
    return hidden.reshape((1, 8)) @ np.array(weights)


@program(points=(0, 7, (3, 2)))
def kMeansStep(points):
    centers = np.array([[1, 1], [6, 5]])
    squares = [np.sum((points - center) ** 2, axis=1) for center in centers]
    nearer = squares[1] < squares[0]
    return nearer, np.sum(nearer.reshape((3, 1)) * points, axis=0), np.sum(nearer)


@program(text=(0, 3, (6,)), pattern=(0, 3, (2,)))
def stringMatch(text, pattern):
    hits = [np.sum(text[i : i + 2] == pattern) == 2 for i in range(5)]
    return fhe.array(hits), np.sum(fhe.array(hits)) > 0


@program(text=(0, 15, (4,)))
def palindrome(text):
    return np.sum(text == text[::-1]) == 4


@program(votes=(0, 1, (5, 3)))
def voting(votes):
    return np.sum(votes, axis=0) > 2


@program(board=(-1, 1, (3, 3)))
def ticTacToe(board):
    sums = np.concatenate(
        (
            np.sum(board, axis=0),
            np.sum(board, axis=1),
            (board[0, 0] + board[1, 1] + board[2, 2]).reshape((1,)),
            (board[0, 2] + board[1, 1] + board[2, 0]).reshape((1,)),
        )
    )
    first = np.sum(sums == 3) > 0
    second = np.sum(sums == -3) > 0
    return first * 1 - second * 1


@program(row=(1, 4, (4,)))
def sudokuRow(row):
    seen = 2 ** (row - 1)
    return np.sum(seen) == 15, np.sum(seen)


@program(x=(0, 3, (6,)))
def runs(x):
    return np.sum(x[1:] != x[:-1]) + 1


@program(x=(0, 3, (5,)))
def prefixSums(x):
    sums = fhe.zeros((5,))
    total = fhe.zero()
    for i in range(5):
        total = total + x[i]
        sums[i] = total
    return sums


@program(x=(-8, 7, (4,)))
def argMax(x):
    best, at = x[0], fhe.zero()
    for i in range(1, 4):
        better = x[i] > best
        at = fhe.if_then_else(better, fhe.constant(i), at)
        best = np.maximum(best, x[i])
    return at, best


@program(x=(-7, 7, ()))
def horner(x):
    return ((3 * x + 2) * x - 7) * x + 11


@program(x=(0, 7, ()), y=(0, 7, ()))
def polynomialOfTwo(x, y):
    return x**2 - 3 * x * y + 2 * y**2 - 5


@program(x=(0, 7, ()))
def tablesOfTables(x):
    first = fhe.LookupTable([3, 1, 4, 1, 5, 2, 6, 0])
    second = fhe.LookupTable([-2, 7, 1, -8, 2, 8, 1, -8])
    return second[first[second[first[x]] % 8]]


@program(x=(0, 15, ()), y=(0, 15, ()))
def millionaires(x, y):
    return x > y, x == y, np.maximum(x, y) - np.minimum(x, y), abs(x - y)


@program(x=(0, 15, ()))
def bitCount(x):
    return sum(fhe.bits(x)[i] for i in range(4))


@program(x=(0, 15, ()), y=(0, 15, ()))
def hamming(x, y):
    z = x ^ y
    return fhe.bits(z)[0] + fhe.bits(z)[1] + fhe.bits(z)[2] + fhe.bits(z)[3]


@program(a=(0, 1, (4,)), b=(0, 1, (4,)))
def bitAdder(a, b):
    carry = fhe.zero()
    out = fhe.zeros((5,))
    for i in range(4):
        total = a[i] + b[i] + carry
        out[i] = total % 2
        carry = total // 2
    out[4] = carry
    return out


@program(x=(0, 31, (3,)), price=(1, 3, (3,), "clear"))
def priceList(x, price):
    return np.sum(x * price), x + price


@program(age=(18, 99, ()), income=(0, 31, ()))
def rules(age, income):
    young = age < 30
    poor = income <= 10
    return np.where(young & poor, fhe.constant(1), fhe.constant(0)), young + 2 * poor
