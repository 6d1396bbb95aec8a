import { fhe } from "../../src/index.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { build, type Naive, type NaivePart, naiveConcatenate, naiveIndex } from "./naive-tensor.js";
import { nested, type Pick, type Step } from "./shape-step.js";

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

export function indexStep(shape: readonly number[], pick: Pick): Step | undefined {
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
export function listStep(shape: readonly number[], pick: Pick): Step | undefined {
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

export function assignStep(shape: readonly number[], pick: Pick): Step | undefined {
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
export function arrayStep(shape: readonly number[], pick: Pick): Step {
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
