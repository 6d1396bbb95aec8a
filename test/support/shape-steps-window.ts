import { fhe } from "../../src/index.js";
import { build, naiveConv, naiveSum, read } from "./naive-tensor.js";
import { nested, type Pick, type Step, shuffled } from "./shape-step.js";

export function sumStep(shape: readonly number[], pick: Pick): Step {
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

/** On fresh values alone: later ones may be too wide for look-ups of their differences. */
export function extremumStep(shape: readonly number[], pick: Pick, at: number): Step | undefined {
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
export function maxPoolStep(shape: readonly number[], pick: Pick, at: number): Step | undefined {
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
export function convStep(shape: readonly number[], pick: Pick): Step | undefined {
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

export function poolStep(shape: readonly number[], pick: Pick): Step | undefined {
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
