"""Longer programs: ciphers, databases, statistics, small networks."""
import numpy as np
from concrete import fhe

from .program import program


@program(x=(0, 1, (6,)), y=(0, 1, (6,)))
def bitwiseComparator(x, y):
    greater = fhe.zero()
    equal = fhe.one()
    for i in range(5, -1, -1):
        greater = greater + equal * (x[i] > y[i])
        equal = equal * (x[i] == y[i])
    return greater, equal


@program(a=(0, 3, (4,)), b=(0, 3, (4,)))
def addOfDigits(a, b):
    digits = []
    carry = fhe.zero()
    for i in range(4):
        total = a[i] + b[i] + carry
        digits.append(fhe.bits(total)[0:2])
        carry = fhe.bits(total)[2]
    return fhe.array(digits), carry


@program(state=(0, 15, (4,)), key=(0, 15, (4,)))
def cipherRound(state, key):
    box = fhe.LookupTable([12, 5, 6, 11, 9, 0, 10, 13, 3, 14, 15, 8, 4, 7, 1, 2])
    mixed = box[state ^ key]
    return mixed[[1, 2, 3, 0]]


@program(seed=(0, 63, ()))
def linearFeedback(seed):
    out = []
    for _ in range(3):
        bit = fhe.bits(seed)[0] ^ fhe.bits(seed)[3]
        seed = (seed >> 1) + bit * 32
        out.append(bit)
    return fhe.array(out), seed


@program(x=(0, 15, (3, 4)))
def columnStatistics(x):
    sums = np.sum(x, axis=0)
    return sums // 3, np.max(x, axis=0) - np.min(x, axis=0), np.sum((x * 3 - sums) ** 2)


@program(x=(0, 7, (5,)))
def countsAndShares(x):
    counts = np.sum(np.equal(x.reshape((1, 5)), np.arange(8).reshape((8, 1))), axis=1)
    return counts, np.max(counts), np.sum(counts * np.arange(8))


@program(bids=(0, 15, (4,)))
def secondPrice(bids):
    highest = np.max(bids)
    winner = bids == highest
    others = np.where(winner, fhe.zeros((4,)), bids)
    return winner, np.max(others)


@program(x=(-8, 7, (1, 1, 5, 5)))
def convolutionalNet(x):
    kernel = np.array([[[[0, 1, 0], [1, -4, 1], [0, 1, 0]]]])
    edges = np.abs(fhe.conv(x, kernel)) // 4
    pooled = fhe.maxpool(edges, kernel_shape=(2, 2))
    return pooled.reshape((1, 4)) @ np.array([[1], [-1], [2], [0]])


@program(x=(0, 15, (2, 4)))
def denseNet(x):
    first = np.array([[1, -1, 0], [2, 0, 1], [-1, 1, 1], [0, 2, -2]])
    hidden = np.maximum(x @ first + np.array([[3, -2, 0]]), 0)
    hidden = np.minimum(hidden // 4, 15)
    scores = hidden @ np.array([[1, -2], [0, 3], [2, 1]]) - np.array([4, 1])
    return scores, scores[:, 0] > scores[:, 1]


@program(x=(-64, 63, (3,)))
def batchNorm(x):
    scaled = x * np.array([0.11, 0.2, 0.05]) + np.array([1.0, -2.5, 0.3])
    return np.clip(np.round(scaled), -8, 7).astype(np.int64)


@program(p=(0, 7, (2,)), q=(0, 7, (2,)))
def distances(p, q):
    d = p - q
    return np.sum(np.abs(d)), np.sum(d**2), np.max(np.abs(d))


@program(x=(0, 3, (3, 3)))
def matrixPowers(x):
    return np.sum(x @ x), x[0, 0] + x[1, 1] + x[2, 2], x.T @ np.array([1, 2, 3])


@program(x=(0, 31, (4,)))
def runningMaximum(x):
    out = fhe.zeros((4,))
    best = x[0]
    out[0] = best
    for i in range(1, 4):
        best = np.maximum(best, x[i])
        out[i] = best
    return out


@program(x=(0, 7, (4,)))
def bubble(x):
    for i in range(3):
        for j in range(3 - i):
            low = np.minimum(x[j], x[j + 1])
            high = np.maximum(x[j], x[j + 1])
            x[j], x[j + 1] = low, high
    return x


@program(income=(0, 127, ()), children=(0, 7, ()))
def taxes(income, children):
    bracket = np.where(income < 20, income * 0, np.where(income < 60, (income - 20) // 5, (income - 60) // 3 + 8))
    return np.maximum(bracket - children * 2, 0)


@program(date=(0, 255, ()))
def checkDigit(date):
    return (date % 10 + date // 10 % 10 * 3 + date // 100 * 7) % 11


@program(x=(0, 7, (2, 2)), y=(0, 7, (2, 2)))
def determinants(x, y):
    z = x - y
    return z[0, 0] * z[1, 1] - z[0, 1] * z[1, 0]


@program(dna=(0, 3, (6,)))
def sequenceScore(dna):
    scores = fhe.LookupTable([5, -4, 2, -1])[dna]
    best = scores[0]
    total = np.maximum(scores[0], 0)
    for i in range(1, 6):
        total = np.maximum(total + scores[i], 0)
        best = np.maximum(best, total)
    return best


@program(x=(0, 15, (2,)), selector=(0, 3, ()))
def multiplexer(x, selector):
    low, high = fhe.bits(selector)[0], fhe.bits(selector)[1]
    return fhe.if_then_else(high, x[1] + low, x[0] - low), low + 2 * high == selector


@program(x=(0, 1, (2, 4)))
def parities(x):
    return np.sum(x, axis=1) % 2, np.sum(x, axis=0) & 1, x[0] ^ x[1]


@program(angle=(0, 63, ()))
def trigonometry(angle):
    turn = angle * (2 * np.pi / 64)
    return np.round(np.sin(turn) * 31).astype(np.int64), np.round(np.cos(turn) * 31).astype(np.int64)


@program(x=(-512, 511, ()))
def manyBits(x):
    return x // 64, np.sign(x), x > 100, abs(x) // 128
