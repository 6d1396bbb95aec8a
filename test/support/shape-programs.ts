import fc from "fast-check";
import type { NestedArray } from "../../src/base/tensor.js";
import { fhe } from "../../src/index.js";
import type { Tracer } from "../../src/trace/tracer.js";
import {
  build,
  type Naive,
  type NaivePart,
  naiveBroadcast,
  naiveConcatenate,
  naiveConv,
  naiveIndex,
  naiveSum,
  naiveTranspose,
  read,
} from "./naive-tensor.js";
import { nest } from "./plain-programs.js";

/** One operation in both forms. */
interface Step {
  readonly text: string;
  trace(x: Tracer): Tracer;
  plain(x: Naive): Naive;
}

/** A random program over linear and shape operations: for the tracer, and by definitions written out. */
export interface ShapeProgram {
  readonly text: string;
  readonly samples: readonly Naive[];
  trace(x: Tracer): Tracer[];
  plain(x: Naive): Naive[];
}

type Pick = (below: number) => number;

const families = {
  sum: sumStep,
  reshape: reshapeStep,
  transpose: transposeStep,
  broadcast: broadcastStep,
  tile: tileStep,
  join: joinStep,
  index: indexStep,
  lists: listStep,
  assign: assignStep,
  array: arrayStep,
  conv: convStep,
  pool: poolStep,
  extremum: extremumStep,
  maxPool: maxPoolStep,
} as const;

export type Family = keyof typeof families;
export const allFamilies = Object.keys(families) as Family[];

/** Programs of one to `steps` operations of the families, with at least one of the first. */
export function shapePrograms(
  chosen: readonly Family[],
  steps: number,
): fc.Arbitrary<ShapeProgram> {
  return fc
    .record({
      shape: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
      bits: fc.integer({ min: 1, max: 4 }),
      signed: fc.boolean(),
      seeds: fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: steps }),
    })
    .map(({ shape, bits, signed, seeds }) => {
      const low = signed ? -(2 ** (bits - 1)) : 0;
      let value = build(shape, () => 0);
      const made: Step[] = [];
      seeds.forEach((seed, at) => {
        const pick = picker(seed);
        const family = at === 0 ? chosen[0] : chosen[pick(chosen.length)];
        const step = family === undefined ? undefined : families[family](value.shape, pick, at);
        if (step === undefined) return;
        const next = step.plain(value);
        if (next.data.length === 0 || next.data.length > 200) return;
        made.push(step);
        value = next;
      });
      const next = picker(seeds[0] ?? 0);
      const samples = [0, 1, 2].map((sample) =>
        build(shape, () => {
          if (sample < 2) return sample === 0 ? low : low + 2 ** bits - 1;
          return low + next(2 ** bits);
        }),
      );
      return {
        text: `${shape} ${made.map((step) => step.text).join("; ")}`,
        samples,
        trace: (x) => [made.reduce((own, step) => step.trace(own), x)],
        plain: (x) => [made.reduce((own, step) => step.plain(own), x)],
      };
    });
}

/** Nested arrays of a tensor. */
export function nested({ shape, data }: Naive): NestedArray {
  return nest(data, shape);
}

function picker(seed: number): Pick {
  let state = seed | 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * below);
  };
}

function shuffled(count: number, pick: Pick): number[] {
  const left = Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: count }, () => left.splice(pick(left.length), 1)[0] ?? 0);
}

function sumStep(shape: readonly number[], pick: Pick): Step {
  const count = pick(shape.length + 1);
  const axes = shuffled(shape.length, pick).slice(0, count);
  const written = axes.map((axis) => (pick(2) === 0 ? axis : axis - shape.length));
  const keep = pick(2) === 0;
  if (count === 0) {
    const all = shape.map((_, axis) => axis);
    return {
      text: `sum() ${keep}`,
      trace: (x) => x.sum(undefined, keep),
      plain: (x) => naiveSum(x, all, keep),
    };
  }
  return {
    text: `sum(${written}) ${keep}`,
    trace: (x) => x.sum(written.length === 1 ? written[0] : written, keep),
    plain: (x) => naiveSum(x, written, keep),
  };
}

function reshapeStep(shape: readonly number[], pick: Pick): Step {
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

function transposeStep(shape: readonly number[], pick: Pick): Step {
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

function broadcastStep(shape: readonly number[], pick: Pick): Step {
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

function tileStep(shape: readonly number[], pick: Pick): Step {
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
function joinStep(shape: readonly number[], pick: Pick): Step {
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

function randomParts(shape: readonly number[], pick: Pick): NaivePart[] {
  const parts: NaivePart[] = [];
  for (const length of shape.slice(0, 1 + pick(shape.length))) {
    if (pick(6) === 0) parts.push(null);
    const bound = (): number | null => (pick(3) === 0 ? null : pick(2 * length + 3) - length - 1);
    if (pick(2) === 0) parts.push(pick(2 * length) - length);
    else parts.push({ start: bound(), stop: bound(), step: [1, 1, 2, -1, -2][pick(5)] ?? 1 });
  }
  return parts;
}

const asIndex = (parts: readonly NaivePart[]) =>
  parts.map((part) => {
    if (part === null) return fhe.newAxis;
    return typeof part === "number" ? part : fhe.slice(part.start, part.stop, part.step);
  });

function indexStep(shape: readonly number[], pick: Pick): Step | undefined {
  if (shape.length === 0) return undefined;
  const parts = randomParts(shape, pick);
  if (
    naiveIndex(
      build(shape, () => 0),
      parts,
    ).data.length === 0
  )
    return undefined;
  const dots = pick(2) === 0 ? [fhe.ellipsis] : [];
  return {
    text: `at(${JSON.stringify(parts)})`,
    trace: (x) => x.at(...asIndex(parts), ...dots),
    plain: (x) => naiveIndex(x, parts),
  };
}

/** Lists of positions on the first axis, and on the first two. */
function listStep(shape: readonly number[], pick: Pick): Step | undefined {
  const [rows, columns] = shape;
  if (rows === undefined) return undefined;
  const list = Array.from({ length: 1 + pick(3) }, () => pick(2 * rows) - rows);
  if (columns === undefined || pick(2) === 0) {
    return {
      text: `at([${list}])`,
      trace: (x) => x.at(list),
      plain: (x) =>
        naiveConcatenate(
          list.map((at) => {
            const row = naiveIndex(x, [at]);
            return { ...row, shape: [1, ...row.shape] };
          }),
          0,
        ),
    };
  }
  const second = list.map(() => pick(columns));
  return {
    text: `at([${list}], [${second}])`,
    trace: (x) => x.at(list, second),
    plain: (x) =>
      naiveConcatenate(
        list.map((at, i) => {
          const row = naiveIndex(x, [at, second[i] ?? 0]);
          return { ...row, shape: [1, ...row.shape] };
        }),
        0,
      ),
  };
}

function assignStep(shape: readonly number[], pick: Pick): Step | undefined {
  if (shape.length === 0) return undefined;
  const parts = randomParts(shape, pick);
  const size = shape.reduce((product, n) => product * n, 1);
  const places = naiveIndex({ shape, data: Array.from({ length: size }, (_, i) => i) }, parts);
  if (places.data.length === 0) return undefined;
  const kind = pick(3);
  const constants = build(places.shape, () => pick(9) - 4);
  const spread = (values: readonly number[], x: Naive): Naive => ({
    ...x,
    data: x.data.map((own, at) => {
      const i = places.data.indexOf(at);
      return i < 0 ? own : (values[i] ?? Number.NaN);
    }),
  });
  const text = `set(${JSON.stringify(parts)}) ${kind}`;
  if (kind === 0) {
    return {
      text,
      trace: (x) => x.set(asIndex(parts), nested(constants)),
      plain: (x) => spread(constants.data, x),
    };
  }
  if (kind === 1) {
    return {
      text,
      trace: (x) => x.set(asIndex(parts), -3),
      plain: (x) =>
        spread(
          places.data.map(() => -3),
          x,
        ),
    };
  }
  const first = shape.map(() => 0);
  return {
    text,
    trace: (x) => x.set(asIndex(parts), x.at(...first).mul(-2)),
    plain: (x) =>
      spread(
        places.data.map(() => -2 * (x.data[0] ?? 0) + 0),
        x,
      ),
  };
}

/** Two elements, a number, and trivial encryptions. */
function arrayStep(shape: readonly number[], pick: Pick): Step {
  const first = shape.map(() => 0);
  const last = shape.map(() => -1);
  const number = pick(15) - 7;
  const at = (x: Tracer, index: number[]): Tracer => (index.length === 0 ? x : x.at(...index));
  return {
    text: `array ${number}`,
    trace: (x) =>
      fhe
        .array([
          [at(x, first), number],
          [at(x, last).neg(), fhe.one()],
        ])
        .add(fhe.constant([number, 2])),
    plain: (x) => {
      const a = x.data[0] ?? 0;
      const b = x.data[x.data.length - 1] ?? 0;
      return { shape: [2, 2], data: [a + number, number + 2, 0 - b + number, 3] };
    },
  };
}

/** On fresh values alone: later ones may be too wide for look-ups of their differences. */
function extremumStep(shape: readonly number[], pick: Pick, at: number): Step | undefined {
  if (at > 0 || shape.length === 0) return undefined;
  const axis = pick(shape.length);
  const keepdims = pick(2) === 0;
  const largest = pick(2) === 0;
  const best = largest ? Math.max : Math.min;
  return {
    text: `${largest ? "max" : "min"} ${axis} ${keepdims}`,
    trace: (x) => (largest ? x.max(axis, keepdims) : x.min(axis, keepdims)),
    plain: (x) => {
      const kept = x.shape.map((length, own) => (own === axis ? 1 : length));
      const result = build(kept, (index) =>
        best(
          ...Array.from({ length: x.shape[axis] ?? 1 }, (_, k) =>
            read(
              x,
              index.map((i, own) => (own === axis ? k : i)),
            ),
          ),
        ),
      );
      return keepdims ? result : { ...result, shape: kept.filter((_, own) => own !== axis) };
    },
  };
}

/** Largest of neighbours on one spatial axis, over the edge by chance; on fresh values alone. */
function maxPoolStep(shape: readonly number[], pick: Pick, at: number): Step | undefined {
  const size = shape.reduce((product, n) => product * n, 1);
  if (at > 0 || size > 12) return undefined;
  const window = 1 + pick(Math.min(3, size));
  const pads = [pick(window), pick(window)];
  const stride = 1 + pick(2);
  return {
    text: `maxPool ${size} ${window} ${pads} ${stride}`,
    trace: (x) => fhe.maxPool(x.reshape([1, 1, size]), [window], { pads, strides: [stride] }),
    plain: (x) => {
      const [before = 0, after = 0] = pads;
      const outputs = Math.floor((size + before + after - window) / stride) + 1;
      return build([1, 1, outputs], ([, , place = 0]) => {
        const start = place * stride - before;
        return Math.max(...x.data.slice(Math.max(start, 0), Math.max(start + window, 0)));
      });
    },
  };
}

/** The value as `(N, C, ...)` of one to three spatial axes, padded by chance. */
function convStep(shape: readonly number[], pick: Pick): Step | undefined {
  const size = shape.reduce((product, n) => product * n, 1);
  const axes = 1 + pick(3);
  const group = size % 2 === 0 ? 1 + pick(2) : 1;
  const channels = size % 2 === 0 ? 2 : 1;
  const rest = size / channels;
  const lengths = [rest, 1, 1].slice(0, axes);
  if (axes > 1 && rest % 2 === 0) lengths.splice(0, 2, rest / 2, 2);
  const kernel = lengths.map((length) => 1 + pick(Math.min(length, 3)));
  const filters = group * (1 + pick(2));
  const weight = build([filters, channels / group, ...kernel], () => pick(5) - 2);
  const pads = [...lengths, ...lengths].map(() => pick(2));
  const strides = lengths.map(() => 1 + pick(2));
  const dilations = kernel.map(
    (taps, axis) => 1 + pick(taps > 1 && (lengths[axis] ?? 0) > 2 * (taps - 1) ? 2 : 1),
  );
  const bias = Array.from({ length: filters }, () => pick(5) - 2);
  const input = [1, channels, ...lengths];
  const settings = { pads, strides, dilations, group };
  return {
    text: `conv ${input} ${JSON.stringify({ weight, bias, ...settings })}`,
    trace: (x) => fhe.conv(x.reshape(input), nested(weight), bias, settings),
    plain: (x) => naiveConv({ ...x, shape: input }, { weight, bias, ...settings }),
  };
}

function poolStep(shape: readonly number[], pick: Pick): Step | undefined {
  const size = shape.reduce((product, n) => product * n, 1);
  const channels = size % 2 === 0 ? 2 : 1;
  const input = [1, channels, size / channels];
  const window = 1 + pick(Math.min(3, size / channels));
  return {
    text: `sumPool ${input} ${window}`,
    trace: (x) => fhe.sumPool(x.reshape(input), [window], { autoPad: "SAME_UPPER" }),
    plain: (x) => {
      const before = Math.floor((window - 1) / 2);
      const padded = { ...x, shape: input };
      return build(input, ([n = 0, c = 0, at = 0]) => {
        let sum = 0;
        for (let k = 0; k < window; k++) {
          const place = at + k - before;
          if (place < 0 || place >= size / channels) continue;
          sum += padded.data[(n * channels + c) * (size / channels) + place] ?? 0;
        }
        return sum;
      });
    },
  };
}
