import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { requireFinite } from "./finite.js";
import type { InputQuantizer } from "./input-quantizer.js";
import { corruptPart, fieldsOf, isListOfFiniteLists } from "./json-checks.js";

/** What a category quantizer does with values that are none of its categories. */
type Rule = "category" | "bin";

/** The JSON form. */
export interface CategoryQuantizerForm {
  readonly kind: "category-quantizer";
  readonly rule: Rule;
  readonly marks: readonly (readonly number[])[];
}

/**
 * Gives each feature a place in a list of its own: the index of the category that it equals (`"category"`: other values are an error),
 * or of the bin that it falls in (`"bin"`: `marks` are the ascending upper bounds of all bins but the last, a value equal to a bound
 * lies below it). Immutable.
 */
export class CategoryQuantizer implements InputQuantizer {
  readonly rule: Rule;
  /** Per feature, ascending and different. */
  readonly marks: readonly Float64Array[];

  /** Errors: `bad-argument` where the marks of a feature do not ascend. */
  constructor(rule: Rule, marks: readonly ArrayLike<number>[]) {
    const unsorted = marks.findIndex((own) =>
      Array.from(own).some((mark, i) => i > 0 && !(mark > (own[i - 1] ?? mark))),
    );
    if (unsorted >= 0 || (rule === "category" && marks.some((own) => own.length === 0))) {
      throw new VelumError({
        code: "bad-argument",
        path: `feature ${unsorted}`,
        problem: "its categories or bounds do not ascend, or there are none",
        cure: "Pass each once, in ascending order",
      });
    }
    this.rule = rule;
    this.marks = marks.map((own) => Float64Array.from(own));
  }

  get features(): number {
    return this.marks.length;
  }

  /** Places that feature `j` has: its integers are 0 to `places(j) - 1`. */
  places(j: number): number {
    return (this.marks[j]?.length ?? 0) + (this.rule === "bin" ? 1 : 0);
  }

  /** Places, same shape. Errors: `not-a-number`; `out-of-range` for a category that it does not have, named by place. */
  quantize(x: Tensor, path = "X"): Tensor {
    requireFinite(x, path);
    const { features } = this;
    const data = x.data.map((value, i) => {
      const own = this.marks[i % features] ?? new Float64Array();
      const at = firstAtLeast(own, value);
      if (this.rule === "category" && own[at] !== value) throw this.#unseen(path, i);
      return at;
    });
    return { shape: x.shape, data };
  }

  #unseen(path: string, i: number): VelumError {
    const { features } = this;
    return new VelumError({
      code: "out-of-range",
      path: `${path} row ${Math.floor(i / features)}, column ${i % features}`,
      problem: "the value is none of the categories of the training data",
      cure: "Map unknown categories to a known one, or train with rows that have them",
    });
  }

  toJSON(): CategoryQuantizerForm {
    const marks = this.marks.map((own) => Array.from(own));
    return { kind: "category-quantizer", rule: this.rule, marks };
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path: string): CategoryQuantizer {
    const { kind, rule, marks } = fieldsOf(value);
    const known = kind === "category-quantizer" && (rule === "category" || rule === "bin");
    if (known && isListOfFiniteLists(marks) && marks.length > 0) {
      try {
        return new CategoryQuantizer(rule, marks);
      } catch {
        // Told below, as damage of the file.
      }
    }
    throw corruptPart(path, "is not a list of ascending categories or bounds for each feature");
  }
}

/** Index of the first entry that is `value` or more; the length where none is. */
function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
