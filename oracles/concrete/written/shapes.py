"""Indices, assignments and shapes."""
import numpy as np
from concrete import fhe

from .program import program


@program(x=(0, 7, (6,)))
def slices(x):
    return x[::-1], x[4:1:-2], x[-2:], x[:-4], x[1::3], x[::-1][0]


@program(x=(-4, 3, (3, 4)))
def matrixSlices(x):
    return x[1], x[:, -1], x[1:, ::2], x[-1, -1], x[::-1, ::-1], x[0:1, 2]


@program(x=(0, 7, (2, 3, 2)))
def threeAxes(x):
    return x[1, 0], x[:, 1], x[0, :, 1], x[:, :, 0]


@program(x=(0, 7, (3, 4)))
def fancy(x):
    return x[[0, 2]], x[[0, 1, 2], [3, 2, 1]], x[[2, -1]]


@program(x=(0, 7, (3, 3)), y=(0, 15, ()))
def assignments(x, y):
    x[0] = 0
    x[:, 1] = y
    x[2, 2] = 5
    x[1:, 0] = np.array([1, 2])
    return x


@program(x=(0, 7, (4,)))
def assignInLoop(x):
    for i in range(3):
        x[i + 1] = x[i] + x[i + 1]
    return x


@program(x=(0, 7, (4,)))
def assignReversed(x):
    y = fhe.zeros((4,))
    y[::-1] = x
    y[1:3] = y[1:3] * 2
    return y


@program(x=(0, 7, (2, 3, 4)))
def transposes(x):
    return x.T, np.transpose(x, (1, 0, 2)), np.transpose(x, axes=(2, 0, 1)), np.transpose(x[0])


@program(x=(0, 7, (2, 3)))
def reshapes(x):
    return x.reshape(6), x.reshape((3, -1)), x.flatten(), np.reshape(x, (1, 6)), np.expand_dims(x, 1), np.expand_dims(x, axis=(0, 3))


@program(x=(0, 7, (1, 3, 1)))
def unitAxes(x):
    return np.squeeze(x), np.squeeze(x, axis=0), np.squeeze(x, axis=(0, 2)), np.sum(x, axis=1), x[0, :, 0], x + np.array([[1, 2]])


@program(x=(0, 3, (3,)), y=(0, 3, (2, 1)))
def broadcasts(x, y):
    return x + y, x * 2 - y, np.broadcast_to(x, (2, 3)), np.broadcast_to(y, (2, 4)), x * y


@program(x=(0, 3, (2, 2)), y=(0, 15, (2, 2)))
def joins(x, y):
    return (
        np.concatenate((x, y)),
        np.concatenate((x, y), axis=1),
        np.concatenate((x, y), axis=None),
        np.concatenate((x, np.array([[5, 6]])), axis=0),
        np.concatenate((x, x), axis=-1),
    )


@program(x=(0, 3, (2, 3, 2)))
def sums(x):
    return np.sum(x), np.sum(x, axis=0), np.sum(x, axis=-1, keepdims=True), np.sum(x, axis=(0, 2)), np.sum(x, keepdims=True)


@program(x=(-4, 3, (2, 3)))
def extremes(x):
    return np.max(x), np.min(x, axis=0), np.max(x, axis=1, keepdims=True), np.min(x, axis=(0, 1))


@program(x=(0, 3, (2, 1, 3)), y=(-2, 1, (3, 2)))
def batchedProducts(x, y):
    return x @ np.array([[1, 2], [0, -1], [3, 1]]), np.array([1, -1]) @ x[:, 0], np.dot(y[:, 0], y[:, 1])


@program(x=(0, 7, (4,)), y=(0, 7, (4,)))
def dots(x, y):
    return np.dot(x, [1, 2, 3, 4]), np.dot([1, 2, 3, 4], x), np.dot(x, y), np.dot(x, 3), x @ np.array([1, -1, 1, -1])


@program(x=(0, 7, ()))
def scalars(x):
    return x.reshape((1,)), x + np.array([1, 2, 3]), x * np.array([[1], [2]]), np.broadcast_to(x, (2, 2)), np.expand_dims(x, 0)


@program(x=(0, 7, ()), y=(0, 7, ()))
def arrays(x, y):
    return fhe.array([x, y, 3]), fhe.array([[x, 1], [y, x]]), fhe.array([x])


@program(x=(0, 3, (1, 1, 4, 4)))
def pooling(x):
    return fhe.maxpool(x, kernel_shape=(2, 2)), fhe.maxpool(x, kernel_shape=(2, 2), strides=(2, 2))


@program(x=(-2, 1, (1, 2, 5, 5)))
def convolutions(x):
    weight = (np.arange(18).reshape((2, 1, 3, 3)) % 5) - 2
    return fhe.conv(x, weight, group=2, strides=(2, 2)), fhe.conv(x, np.ones((1, 2, 2, 2), dtype=np.int64), np.array([7]), dilations=(2, 2))


@program(x=(0, 7, (3,)), table=(0, 15, (8,), "clear"))
def tableParameter(x, table):
    return table[x]


@program(x=(0, 7, (4,)), i=(0, 3, (), "clear"))
def positionParameter(x, i):
    return x[i], x[i] + x[0]


@program(x=(0, 7, (2, 3)), i=(0, 1, (), "clear"), v=(0, 7, ()))
def assignAtPosition(x, i, v):
    x[i, 1] = v
    return x


@program(x=(0, 7, (3, 2)))
def rowsAndColumns(x):
    out = fhe.zeros((2, 3))
    for i in range(2):
        out[i] = x[:, i] + i
    return out, np.sum(out * np.array([[1], [-1]]), axis=0)


@program(x=(0, 7, (2, 2)))
def perElementTables(x):
    square = fhe.LookupTable([i * i for i in range(8)])
    cube = fhe.LookupTable([i**3 % 16 for i in range(8)])
    tables = fhe.LookupTable([[square, cube], [cube, square]])
    return tables[x]


@program(x=(0, 7, (2, 3)))
def rowTables(x):
    square = fhe.LookupTable([i * i for i in range(8)])
    minus = fhe.LookupTable([-i for i in range(8)])
    return fhe.LookupTable([square, minus, square])[x]
