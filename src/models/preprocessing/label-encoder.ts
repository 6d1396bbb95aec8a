import { VelumError } from "../../base/error.js";
import { notFitted } from "../check-data.js";

/** A class as the person names it. */
export type ClassName = string | number | boolean;

/**
 * Numbers classes that have names, since classifiers take labels as numbers: class `i` is the `i`-th of `classes`, which are sorted. As
 * scikit-learn's.
 */
export class LabelEncoder<Name extends ClassName = ClassName> {
  #classes: readonly Name[] | undefined;
  #numbers: ReadonlyMap<Name, number> | undefined;

  /** The classes by number. Errors: `not-fitted`. */
  get classes(): readonly Name[] {
    if (this.#classes === undefined) throw notFitted("LabelEncoder");
    return this.#classes;
  }

  /**
   * Learns the classes of the labels `[rows]`. Errors: `bad-shape` without labels, `bad-argument` for labels of several types, or of one
   * that has no order, `not-a-number` for NaN.
   */
  fit(y: ArrayLike<Name>): this {
    const path = "LabelEncoder.fit y";
    const names = Array.from(y);
    if (names.length === 0) {
      throw new VelumError({
        code: "bad-shape",
        path,
        problem: "is empty",
        limit: 1,
        actual: 0,
        cure: "Pass one label a row",
      });
    }
    const type = typeof names[0];
    for (const [i, name] of names.entries()) checkName(name, type, `${path}[${i}]`);
    const classes = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
    this.#classes = classes;
    this.#numbers = new Map(classes.map((name, number) => [name, number]));
    return this;
  }

  /** The numbers of the labels `[rows]`. Errors: `not-fitted`, `bad-argument` for a class that `fit` has not seen. */
  transform(y: ArrayLike<Name>): Float64Array {
    const { classes } = this;
    return Float64Array.from(Array.from(y), (name, i) => {
      const number = this.#numbers?.get(name);
      if (number !== undefined) return number;
      throw new VelumError({
        code: "bad-argument",
        path: `LabelEncoder.transform y[${i}]`,
        problem: `is ${String(name)}, which was not there when the encoder was fitted`,
        limit: listed(classes),
        actual: String(name),
        cure: "Fit the encoder on all labels, training and test",
      });
    });
  }

  /** `fit` and `transform` of the same labels. */
  fitTransform(y: ArrayLike<Name>): Float64Array {
    return this.fit(y).transform(y);
  }

  /** The names of class numbers `[rows]`, as `predict` gives them. Errors: `not-fitted`, `out-of-range`. */
  inverseTransform(numbers: ArrayLike<number>): Name[] {
    const { classes } = this;
    return Array.from(numbers, (number, i) => {
      const name = classes[number];
      if (name !== undefined) return name;
      throw new VelumError({
        code: "out-of-range",
        path: `LabelEncoder.inverseTransform [${i}]`,
        problem: `is ${number}, and classes have the numbers 0 to ${classes.length - 1}`,
        limit: `0 to ${classes.length - 1}`,
        actual: number,
        cure: "Pass what predict of a classifier gives that was fitted on the encoder's numbers",
      });
    });
  }
}

function listed(classes: readonly ClassName[]): string {
  return classes.slice(0, 8).join(", ") + (classes.length > 8 ? ", ..." : "");
}

function checkName(name: unknown, type: string, path: string): void {
  if (typeof name !== type || !["string", "number", "boolean"].includes(type)) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `is of type ${name === null ? "null" : typeof name}, and labels are all text, all numbers or all booleans`,
      actual: String(name),
      cure: "Give every row a label of one type",
    });
  }
  if (Number.isNaN(name)) {
    throw new VelumError({
      code: "not-a-number",
      path,
      problem: "is NaN",
      actual: Number.NaN,
      cure: "Leave out rows without a label",
    });
  }
}
