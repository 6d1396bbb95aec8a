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
  const values = [...uses.keys()].sort((a, b) => a - b);
  const count = values.length;
  const at = (index: number): number => values[index] ?? 0;
  const questions = values.map((value) => uses.get(value) ?? 0);
  const shifted = count < manyThresholds ? widestShifted.few : widestShifted.many;
  const widest = Math.ceil(Math.log2(at(count - 1) - at(0) + 2));
  /** The price of thresholds from each on, and the group that the first of them is in. */
  const prices = new Float64Array(count + 1);
  const chosen: { readonly group: ThresholdGroup; readonly next: number }[] = [];
  for (let first = count - 1; first >= 0; first--) {
    let best = Number.POSITIVE_INFINITY;
    const attempt = (low: number, width: number): void => {
      let price = width * bit;
      // What comes after the index costs at least what comes after the last threshold that it could hold.
      const after = prices[Math.min(count, first + low + 2 ** width - at(first))] ?? 0;
      for (let last = first; last < count && at(last) - low < 2 ** width; last++) {
        if (price + after >= best) return;
        price += (questions[last] ?? 0) * (width - trailingZeros(at(last) - low)) * gate;
        const whole = price + (prices[last + 1] ?? 0);
        if (whole >= best) continue;
        best = whole;
        chosen[first] = { group: { low, high: at(last), width }, next: last + 1 };
      }
    };
    for (let width = 1; width <= Math.min(widest, shifted); width++) {
      for (let low = at(first) - 1; low > at(first) - 2 ** width; low--) attempt(low, width);
    }
    for (let width = shifted + 1; width <= widest; width++) attempt(at(first) - 1, width);
    prices[first] = best;
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

/** Of a positive integer. */
function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value);
}
