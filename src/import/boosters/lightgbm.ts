import type { CategorySet, Tree } from "../../models/trees/tree-ensemble.js";
import { corruptModel, unsupportedModel } from "../files/fields.js";
import { modelBytes } from "../files/model-bytes.js";
import { categorySet, LeafBudget, layOutTree, type SourceNode } from "../files/tree-layout.js";
import { ImportedModel } from "../model/imported-model.js";
import type { Decision } from "../steps/imported-parts.js";
import type { ElementFunction, Step } from "../steps/steps.js";
import { categoryRounding, elementOfColumns } from "./category-rounding.js";
import { type LightgbmSection, readSections } from "./lightgbm-text.js";

const file = "LightGBM model";
const categoricalBit = 1;
const defaultLeftBit = 2;
type Missing = "none" | "zero" | "nan";
const missingTypes: readonly Missing[] = ["none", "zero", "nan"];

/** What an objective's raw scores become. */
const transforms: Readonly<Record<string, ElementFunction | "none" | "softmax">> = {
  binary: "logistic",
  cross_entropy: "logistic",
  cross_entropy_lambda: "log1pexp",
  custom: "none",
  fair: "none",
  gamma: "exp",
  huber: "none",
  lambdarank: "none",
  mape: "none",
  multiclass: "softmax",
  multiclassova: "logistic",
  poisson: "exp",
  quantile: "none",
  rank_xendcg: "none",
  regression: "none",
  regression_l1: "none",
  tweedie: "exp",
};

/**
 * Reads a model that LightGBM saved as text (`save_model`, `model_to_string`; checked with 4.7.0): numeric splits with every
 * treatment of missing values, sets of categories, several classes, random forests. Comparisons are of float64 with `<=`.
 * Columns of categories hold their codes; classes are numbered from 0, as LightGBM numbers them.
 * Errors: `file-corrupt`, `unsupported-op` (linear trees, an unknown objective).
 */
export function importLightgbm(source: string | Uint8Array): ImportedModel {
  const text = isWhole(source)
    ? source
    : new TextDecoder().decode(modelBytes(source, "importLightgbm"));
  const { head, trees: sections } = readSections(text, file);
  const features = head.integer("max_feature_idx", 0, 2 ** 24) + 1;
  const classes = head.integer("num_class", 1, 2 ** 20);
  const outputs = head.integer("num_tree_per_iteration", 1, 2 ** 20);
  const [name = "custom", ...options] = head.text("objective", "custom").split(" ");
  const transform = Object.hasOwn(transforms, name) ? transforms[name] : undefined;
  if (transform === undefined) {
    throw unsupportedModel(
      `${file} objective "${name}"`,
      "is not known, so the meaning of its scores is not either",
      `Train with one of ${Object.keys(transforms).join(", ")}`,
    );
  }
  if (sections.length % outputs !== 0)
    throw corruptModel(file, "ends in the middle of an iteration");
  const missing = new FeatureMissing();
  const budget = new LeafBudget();
  const trees = sections.map((section, index) =>
    readTree(section, { index, features, outputs, group: index % outputs, budget }, missing),
  );
  const rule = missing.rule();
  const rounding = categoryRounding(trees, features, "truncate", file);
  const before = [...rounding.steps];
  const zeros = missing.someZeros();
  if (zeros !== undefined)
    before.push(...elementOfColumns("tinyToMissing", zeros, features, rounding.block).steps);
  if (rule === "nan or zero")
    before.push({
      kind: "element",
      name: "tinyToZero",
      from: rounding.block,
      precision: "float64",
    });
  const after = afterSteps(transform, options);
  const classifier = name === "binary" || classes > 1;
  const decision: Decision =
    outputs > 1
      ? { kind: "argmax", block: 0 }
      : { kind: "threshold", block: 0, above: 0, atLeast: false };
  return new ImportedModel({
    source: "lightgbm",
    task: classifier ? "classifier" : "regressor",
    inputs: [{ name: "X", columns: features, type: "float64" }],
    before,
    model: {
      kind: "trees",
      from: before.length,
      ensemble: {
        features,
        outputs,
        rule: { left: "<=", precision: "float64", missing: rule },
        trees,
        base: new Float64Array(outputs),
        divisor: head.has("average_output") ? Math.max(1, trees.length / outputs) : 1,
      },
    },
    after,
    output: after.length,
    decision: classifier ? decision : undefined,
    classes: classifier ? Array.from({ length: Math.max(2, classes) }, (_, k) => k) : undefined,
  });
}

/** A text of one line is no model: most likely the path of one. */
function isWhole(source: string | Uint8Array): source is string {
  return typeof source === "string" && source.includes("\n");
}

/**
 * How numeric splits treat missing values: feature by feature. Even with `zero_as_missing` LightGBM compares the zeros of columns
 * with two values, or few.
 */
class FeatureMissing {
  readonly #zero = new Set<number>();
  readonly #others = new Set<number>();

  note(missing: Missing, feature: number): void {
    (missing === "zero" ? this.#zero : this.#others).add(feature);
  }

  rule(): "nan" | "nan or zero" {
    return this.#zero.size > 0 && this.#others.size === 0 ? "nan or zero" : "nan";
  }

  /** The features whose zeros are missing, where those of others are not. Errors: `unsupported-op` where one feature is both. */
  someZeros(): ReadonlySet<number> | undefined {
    if (this.#zero.size === 0 || this.#others.size === 0) return undefined;
    for (const feature of this.#zero)
      if (this.#others.has(feature)) {
        throw unsupportedModel(
          `${file} feature ${feature}`,
          "has zeros that are missing in some splits and compared in others",
          "Train all rounds with the same zero_as_missing, on one data set",
        );
      }
    return this.#zero;
  }
}

interface TreePlace {
  readonly index: number;
  readonly features: number;
  readonly outputs: number;
  /** The output that the tree adds to. */
  readonly group: number;
  readonly budget: LeafBudget;
}

function readTree(section: LightgbmSection, place: TreePlace, missing: FeatureMissing): Tree {
  const { features, outputs, group, budget } = place;
  const path = `${file} Tree=${place.index}`;
  const leaves = section.integer("num_leaves", 1, 2 ** 24);
  if (section.integer("is_linear", 0, 1, 0) === 1) {
    throw unsupportedModel(
      path,
      "has linear models in its leaves (linear_tree), not numbers",
      "Train with linear_tree=false",
    );
  }
  const values = section.numbers("leaf_value", leaves);
  const leafOf = (leaf: number): SourceNode => {
    const own = new Float64Array(outputs);
    own[group] = values[leaf] ?? Number.NaN;
    return { kind: "leaf", values: own };
  };
  const limits = { features, outputs, nodes: 2 * leaves - 1, path, budget };
  if (leaves === 1) return layOutTree(0, leafOf, limits);
  const inner = leaves - 1;
  const feature = section.numbers("split_feature", inner);
  const threshold = section.numbers("threshold", inner);
  const decision = section.numbers("decision_type", inner);
  const left = section.numbers("left_child", inner);
  const right = section.numbers("right_child", inner);
  const sets = readCategorySets(section, path);
  // A child below 0 is the leaf ~child; inner nodes keep their numbers.
  return layOutTree(
    0,
    (node) => {
      if (node < 0) {
        if (~node >= leaves) throw corruptModel(path, `leaf ${~node} of ${leaves}`);
        return leafOf(~node);
      }
      if (!(node < inner)) throw corruptModel(path, `node ${node} of ${inner}`);
      const type = decision[node] ?? 0;
      const kind = missingTypes[(type >> 2) & 3];
      if (kind === undefined) throw corruptModel(path, `node ${node} has decision_type ${type}`);
      const limit = threshold[node] ?? Number.NaN;
      const set = (type & categoricalBit) === 0 ? undefined : sets(limit);
      if (set === undefined) missing.note(kind, feature[node] ?? -1);
      return {
        kind: "split",
        feature: feature[node] ?? -1,
        threshold: limit,
        categories: set,
        left: left[node] ?? 0,
        right: right[node] ?? 0,
        missingLeft: missingLeft(kind, set, limit, (type & defaultLeftBit) !== 0),
      };
    },
    limits,
  );
}

/** Where NaN goes: the default side, or where 0 goes, as which it is read unless NaN means missing. */
function missingLeft(
  kind: Missing,
  set: CategorySet | undefined,
  threshold: number,
  defaultLeft: boolean,
): boolean {
  if (set !== undefined) return kind !== "nan" && set.values.includes(0);
  return kind === "none" ? threshold >= 0 : defaultLeft;
}

/** Sets of categories, bit by bit in 32-bit words; a categorical node's threshold is the number of its set. */
function readCategorySets(section: LightgbmSection, path: string): (index: number) => CategorySet {
  const count = section.integer("num_cat", 0, 2 ** 24, 0);
  if (count === 0) {
    return () => {
      throw corruptModel(path, "asks for categories and names none");
    };
  }
  const bounds = section.numbers("cat_boundaries", count + 1);
  const words = section.numbers("cat_threshold", bounds[count] ?? 0);
  return (index) => {
    const start = bounds[index] ?? -1;
    const end = bounds[index + 1] ?? -1;
    if (start < 0 || end < start || end > words.length)
      throw corruptModel(path, `has no set ${index} of categories`);
    const categories: number[] = [];
    for (let word = start; word < end; word++)
      for (let bit = 0; bit < 32; bit++)
        if ((((words[word] ?? 0) >>> bit) & 1) === 1) categories.push((word - start) * 32 + bit);
    return categorySet(categories, "left", path);
  };
}

function afterSteps(
  transform: ElementFunction | "none" | "softmax",
  options: readonly string[],
): Step[] {
  if (transform === "softmax") return [{ kind: "rowTransform", name: "softmax", from: 0 }];
  if (transform === "none") {
    if (!options.includes("sqrt")) return [];
    return [{ kind: "element", name: "signedSquare", from: 0, precision: "float64" }];
  }
  const option = options.find((text) => text.startsWith("sigmoid:"));
  const slope = option === undefined ? 1 : Number(option.slice("sigmoid:".length));
  if (!Number.isFinite(slope) || slope <= 0) throw corruptModel(file, `option ${option}`);
  if (transform !== "logistic" || slope === 1)
    return [{ kind: "element", name: transform, from: 0, precision: "float64" }];
  return [
    { kind: "constant", values: Float64Array.of(slope) },
    { kind: "pair", name: "multiply", left: 0, right: 1, precision: "float64" },
    { kind: "element", name: "logistic", from: 2, precision: "float64" },
  ];
}
