/** What one bit and one gate cost, in any unit. */
export interface BitPrices {
  readonly bit: number;
  readonly gate: number;
}

/**
 * Neighbouring thresholds of one feature that share encrypted bits: those of the index `min(max(x, low), high) - low`, `width` of them. One
 * threshold alone has one bit, the answer to its question. An index may begin below thresholds of earlier groups, which keep them.
 */
export interface ThresholdGroup {
  readonly low: number;
  /** The last threshold. */
  readonly high: number;
  readonly width: number;
}

/** Indices of more bits are taken at their first place alone: for few thresholds, and for many, where trying all takes long. */
const widestShifted = { few: 8, many: 6 };
/** As many thresholds are many. */
const manyThresholds = 200;

/**
 * How the questions `x >= threshold` about one feature are asked at the least price. A threshold alone costs a bit, and a gate a question.
 * Thresholds in a group of w bits cost w bits, and as many gates a question as the threshold's place in the index has bits above its
 * trailing zeros: the middle of the index one, the middles of its halves two, and so on. Which group of which width, and where its index
 * begins, is searched over all runs of neighbouring thresholds (dynamic programming, like an optimal alphabetic tree of limited depth).
 * `uses`: how many questions each threshold has. Groups come in order; a threshold belongs to the first that
 * holds it. Takes some milliseconds for a hundred thresholds.
 */
export function thresholdGroups(
  uses: ReadonlyMap<number, number>,
  { bit, gate }: BitPrices,
): ThresholdGroup[] {
  const values = Int32Array.from(uses.keys()).sort();
  const count = values.length;
  const questions = Float64Array.from(values, (value) => uses.get(value) ?? 0);
  const shifted = count < manyThresholds ? widestShifted.few : widestShifted.many;
  const widest = Math.ceil(Math.log2((values[count - 1] ?? 0) - (values[0] ?? 0) + 2));
  /** The price of thresholds from each on, and the group that the first of them is in. */
  const prices = new Float64Array(count + 1);
  const chosen: Choice[] = [];
  /** Whether fewer thresholds never cost more, of those that are done. */
  let falling = true;
  for (let first = count - 1; first >= 0; first--) {
    const start = values[first] ?? 0;
    const best: Best = { price: Number.POSITIVE_INFINITY, low: 0, width: 0, next: 0 };
    for (let width = 1; width <= widest; width++) {
      const size = 2 ** width;
      const lowest = width <= shifted ? start - size : start - 2;
      for (let low = start - 1; low > lowest; low--) {
        // What comes after the index costs at least what comes after the last threshold that it could hold.
        const after = prices[Math.min(count, first + low + size - start)] ?? 0;
        if (width * bit + after < best.price) {
          attempt(values, questions, prices, first, { low, width, after, bit, gate }, best);
        } else if (falling) break;
      }
    }
    prices[first] = best.price;
    falling &&= best.price >= (prices[first + 1] ?? 0);
    const { low, width, next } = best;
    chosen[first] = { group: { low, high: values[next - 1] ?? 0, width }, next };
  }
  const groups: ThresholdGroup[] = [];
  for (let next = 0; next < count; ) {
    const choice = chosen[next];
    if (choice === undefined) throw new RangeError("a threshold without a group");
    groups.push(choice.group);
    next = choice.next;
  }
  return groups;
}

interface Choice {
  readonly group: ThresholdGroup;
  /** The first threshold after it. */
  readonly next: number;
}

/** The best so far, found anew where an attempt is better. */
interface Best {
  price: number;
  low: number;
  width: number;
  next: number;
}

/** A group that begins with threshold `first`, as long as it pays. `after`: the least that may come after it. */
function attempt(
  values: Int32Array,
  questions: Float64Array,
  prices: Float64Array,
  first: number,
  index: BitPrices & { readonly low: number; readonly width: number; readonly after: number },
  best: Best,
): void {
  const { low, width, after, bit, gate } = index;
  const end = low + 2 ** width;
  let price = width * bit;
  for (let last = first; last < values.length; last++) {
    const threshold = values[last] ?? 0;
    if (threshold >= end || price + after >= best.price) return;
    price += (questions[last] ?? 0) * (width - trailingZeros(threshold - low)) * gate;
    const whole = price + (prices[last + 1] ?? 0);
    if (whole >= best.price) continue;
    best.price = whole;
    best.low = low;
    best.width = width;
    best.next = last + 1;
  }
}

/** Of a positive integer. */
function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value);
}
