import { fhe } from "../../src/index.js";
import {
  build,
  type Naive,
  naiveBroadcast,
  naiveConcatenate,
  naiveIndex,
  naiveTranspose,
} from "./naive-tensor.js";
import { nested, type Pick, type Step, shuffled } from "./shape-step.js";

export function reshapeStep(shape: readonly number[], pick: Pick): Step {
  const kind = pick(4);
  if (kind === 0) {
    return { text: "flatten", trace: (x) => x.flatten(), plain: (x) => flat(x) };
  }
  if (kind === 1) {
    const plain = (x: Naive): Naive => ({ ...x, shape: x.shape.filter((n) => n !== 1) });
    return { text: "squeeze", trace: (x) => x.squeeze(), plain };
  }
  if (kind === 2) {
    const at = pick(shape.length + 1);
    const wanted = [...shape.slice(0, at), 1, ...shape.slice(at)];
    return {
      text: `expandDims(${at})`,
      trace: (x) => fhe.expandDims(x, pick(2) === 0 ? at : at - shape.length - 1),
      plain: (x) => ({ ...x, shape: wanted }),
    };
  }
  const size = shape.reduce((product, n) => product * n, 1);
  const first = [1, 2, 3, 4, 6].filter((n) => size % n === 0);
  const length = first[pick(first.length)] ?? 1;
  return {
    text: `reshape(${length}, -1)`,
    trace: (x) => x.reshape(length, -1),
    plain: (x) => ({ ...x, shape: [length, size / length] }),
  };
}

function flat(x: Naive): Naive {
  return { ...x, shape: [x.data.length] };
}

export function transposeStep(shape: readonly number[], pick: Pick): Step {
  const axes = shuffled(shape.length, pick);
  if (pick(3) === 0) {
    const reversed = shape.map((_, i) => shape.length - 1 - i);
    return { text: "T", trace: (x) => x.T, plain: (x) => naiveTranspose(x, reversed) };
  }
  return {
    text: `transpose(${axes})`,
    trace: (x) => x.transpose(axes),
    plain: (x) => naiveTranspose(x, axes),
  };
}

export function broadcastStep(shape: readonly number[], pick: Pick): Step {
  const front = Array.from({ length: pick(2) }, () => 1 + pick(2));
  const wanted = [...front, ...shape.map((n) => (n === 1 ? 1 + pick(3) : n))];
  const weak = wanted.map((n, axis) => (axis >= front.length && pick(2) === 0 ? 1 : n));
  return {
    text: `broadcastTo(${wanted})`,
    trace: (x) =>
      pick(2) === 0 ? fhe.broadcastTo(x, wanted) : fhe.expand(fhe.broadcastTo(x, wanted), weak),
    plain: (x) => naiveBroadcast(x, wanted),
  };
}

export function tileStep(shape: readonly number[], pick: Pick): Step {
  const repeats = Array.from({ length: 1 + pick(2) }, () => 1 + pick(2));
  return {
    text: `tile(${repeats})`,
    trace: (x) => fhe.tile(x, repeats),
    plain: (x) => {
      const axes = Math.max(repeats.length, shape.length);
      const own = [...Array.from({ length: axes - shape.length }, () => 1), ...shape];
      const times = [...Array.from({ length: axes - repeats.length }, () => 1), ...repeats];
      const source = { ...x, shape: own };
      const wide = own.map((n, axis) => n * (times[axis] ?? 1));
      return build(
        wide,
        (index) =>
          naiveIndex(
            source,
            index.map((i, axis) => i % (own[axis] ?? 1)),
          ).data[0] ?? Number.NaN,
      );
    },
  };
}

/** Joined with itself, reversed in sign, and with constants of any sign. */
export function joinStep(shape: readonly number[], pick: Pick): Step {
  const constants = build(shape, () => pick(9) - 4);
  const order = shuffled(3, pick);
  const negated = (x: Naive): Naive => ({ ...x, data: x.data.map((value) => 0 - value) });
  const ordered = <T>(parts: readonly T[]): T[] =>
    parts.map((_, i) => parts[order[i] ?? 0]).filter((part) => part !== undefined);
  if (shape.length === 0 || pick(3) === 0) {
    const axis = pick(shape.length + 1);
    return {
      text: `stack(${axis}) ${order}`,
      trace: (x) => fhe.stack(ordered([x, x.neg(), nested(constants)]), axis),
      plain: (x) => {
        const added = (part: Naive): Naive => ({
          ...part,
          shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)],
        });
        return naiveConcatenate(ordered([x, negated(x), constants]).map(added), axis);
      },
    };
  }
  const axis = pick(shape.length);
  if (pick(4) === 0) {
    return {
      text: `concatenate(null) ${order}`,
      trace: (x) => fhe.concatenate(ordered([x, x.neg(), nested(constants)]), null),
      plain: (x) => naiveConcatenate(ordered([x, negated(x), constants]).map(flat), 0),
    };
  }
  return {
    text: `concatenate(${axis}) ${order}`,
    trace: (x) => fhe.concatenate(ordered([x, x.neg(), nested(constants)]), axis - shape.length),
    plain: (x) => naiveConcatenate(ordered([x, negated(x), constants]), axis),
  };
}
