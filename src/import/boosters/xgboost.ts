import type { Tree } from "../../models/trees/tree-ensemble.js";
import { corruptModel, ModelFields, unsupportedModel } from "../files/fields.js";
import { modelBytes } from "../files/model-bytes.js";
import { LeafBudget } from "../files/tree-layout.js";
import { ImportedModel } from "../model/imported-model.js";
import type { Decision } from "../steps/imported-parts.js";
import type { LinearStep, Step, TreesStep } from "../steps/steps.js";
import { categoryRounding } from "./category-rounding.js";
import { readUbjson } from "./ubjson.js";
import { readXgboostTree } from "./xgboost-trees.js";

const file = "XGBoost model";

/** How scores and the stored base score relate to what an objective predicts. */
interface Objective {
  /** The stored base score is a prediction; this makes it a margin. */
  readonly margin: "same" | "logit" | "log";
  readonly after: "none" | "logistic" | "softmax" | "exp" | "hinge";
  readonly task: "classifier" | "regressor";
}

const same: Objective = { margin: "same", after: "none", task: "regressor" };
const exponential: Objective = { margin: "log", after: "exp", task: "regressor" };
const objectives: Readonly<Record<string, Objective>> = {
  "binary:hinge": { margin: "same", after: "hinge", task: "classifier" },
  "binary:logistic": { margin: "logit", after: "logistic", task: "classifier" },
  "binary:logitraw": { margin: "same", after: "none", task: "classifier" },
  "count:poisson": exponential,
  "multi:softmax": { margin: "same", after: "softmax", task: "classifier" },
  "multi:softprob": { margin: "same", after: "softmax", task: "classifier" },
  "rank:map": same,
  "rank:ndcg": same,
  "rank:pairwise": same,
  "reg:absoluteerror": same,
  "reg:gamma": exponential,
  "reg:linear": same,
  "reg:logistic": { margin: "logit", after: "logistic", task: "regressor" },
  "reg:pseudohubererror": same,
  "reg:quantileerror": same,
  "reg:squarederror": same,
  "reg:squaredlogerror": same,
  "reg:tweedie": exponential,
  "survival:aft": exponential,
  "survival:cox": exponential,
};

/**
 * Reads a model that XGBoost saved with `save_model` or `save_raw`, as JSON or UBJSON (checked with versions 1.7.6 and
 * 3.2.0): boosted trees
 * (missing values, categories, several classes or targets, vector leaves) and `gblinear`. A model that scikit-learn's
 * interface saved after early stopping predicts with its best iteration, as there. Comparisons are of float32 with `<`.
 * Columns of categories hold their codes.
 * Errors: `file-corrupt`, `unsupported-op` (DART, an unknown objective, a text dump, the old binary format).
 */
export function importXgboost(bytes: Uint8Array): ImportedModel {
  const learner = new ModelFields(parse(modelBytes(bytes, "importXgboost")), file, "").object(
    "learner",
  );
  const parameters = learner.object("learner_model_param");
  const features = parameters.integer("num_feature", 1, 2 ** 24);
  const classes = parameters.integer("num_class", 0, 2 ** 20, 0);
  const outputs = Math.max(classes, parameters.integer("num_target", 0, 2 ** 20, 1), 1);
  const objectiveName = learner.object("objective").text("name");
  const objective = Object.hasOwn(objectives, objectiveName)
    ? objectives[objectiveName]
    : undefined;
  if (objective === undefined) throw unknownObjective(objectiveName);
  const base = baseMargins(parameters.text("base_score"), objective, outputs);
  const booster = learner.object("gradient_booster");
  const { before, model } = readBooster(booster, learner, { features, outputs, base });
  const names = learner.texts("feature_names");
  const task = outputs > 1 && objective.after !== "softmax" ? "regressor" : objective.task;
  const after = afterSteps(objective);
  const decision: Decision =
    outputs > 1
      ? { kind: "argmax", block: 0 }
      : { kind: "threshold", block: 0, above: 0, atLeast: false };
  return new ImportedModel({
    source: "xgboost",
    task,
    inputs: [{ name: names.join(",") || "X", columns: features, type: "float32" }],
    before,
    model,
    after,
    output: after.length,
    decision: task === "classifier" ? decision : undefined,
    classes:
      task === "classifier" ? Array.from({ length: Math.max(2, outputs) }, (_, k) => k) : undefined,
  });
}

interface BoosterShape {
  readonly features: number;
  readonly outputs: number;
  /** `[outputs]` margins. */
  readonly base: Float64Array;
}

function readBooster(
  booster: ModelFields,
  learner: ModelFields,
  shape: BoosterShape,
): { before: readonly Step[]; model: TreesStep | LinearStep } {
  const name = booster.text("name");
  if (name === "gblinear") return readLinear(booster.object("model"), shape);
  if (name === "dart") {
    throw unsupportedModel(
      `${file} booster "dart"`,
      "drops trees at random while it trains and weighs each tree; Velum does not import it",
      'Train with booster "gbtree"',
    );
  }
  if (name !== "gbtree") {
    throw unsupportedModel(
      `${file} booster "${name}"`,
      "is none of gbtree, gblinear",
      'Train with booster "gbtree"',
    );
  }
  const { features, outputs, base } = shape;
  const trees = readTrees(booster.object("model"), learner, shape);
  const rounding = categoryRounding(trees, features, "floor", file);
  return {
    before: rounding.steps,
    model: {
      kind: "trees",
      from: rounding.block,
      ensemble: {
        features,
        outputs,
        rule: { left: "<", precision: "float32", missing: "nan" },
        trees,
        base,
        divisor: 1,
      },
    },
  };
}

function readTrees(model: ModelFields, learner: ModelFields, shape: BoosterShape): Tree[] {
  const { features, outputs } = shape;
  const groups = model.integers("tree_info", 0, outputs - 1);
  const all = model.objects("trees");
  if (groups.length !== all.length)
    throw corruptModel(file, `has ${all.length} trees and ${groups.length} entries of tree_info`);
  const kept = all.slice(0, usedTrees(model, learner, outputs, all.length));
  const budget = new LeafBudget();
  return kept.map((fields, index) => {
    const group = groups[index] ?? 0;
    return readXgboostTree(fields, { index, features, outputs, group, budget });
  });
}

/** Trees up to the best iteration for models of scikit-learn's interface, else all. */
function usedTrees(model: ModelFields, learner: ModelFields, outputs: number, all: number): number {
  if (!learner.has("attributes")) return all;
  const attributes = learner.object("attributes");
  if (!attributes.has("best_iteration") || !attributes.has("scikit_learn")) return all;
  const rounds = attributes.integer("best_iteration", 0, 2 ** 31) + 1;
  if (model.has("iteration_indptr")) {
    const ends = model.integers("iteration_indptr", 0, all);
    return ends[rounds] ?? all;
  }
  const parameters = model.object("gbtree_model_param");
  return Math.min(all, rounds * outputs * parameters.integer("num_parallel_tree", 0, 2 ** 31, 1));
}

function readLinear(
  model: ModelFields,
  { features, outputs, base }: BoosterShape,
): { before: readonly Step[]; model: LinearStep } {
  const weights = model.numbers("weights").map(Math.fround);
  if (weights.length !== (features + 1) * outputs || weights.some((w) => !Number.isFinite(w)))
    throw corruptModel(file, `has ${weights.length} weights, or some that are not finite`);
  const coef = new Float64Array(outputs * features);
  for (let j = 0; j < features; j++)
    for (let k = 0; k < outputs; k++) coef[k * features + j] = weights[j * outputs + k] ?? 0;
  return {
    // A missing value adds nothing to a sum.
    before: [{ kind: "impute", from: 0, missing: Number.NaN, values: new Float64Array(features) }],
    model: {
      kind: "linear",
      from: 1,
      coef,
      // XGBoost's linear booster adds the first base score to every output, also where the file has one for each.
      intercept: base.map((_, k) => (base[0] ?? 0) + (weights[features * outputs + k] ?? 0)),
    },
  };
}

/** The stored base score, one number or a list in a text, as margins. */
function baseMargins(text: string, objective: Objective, outputs: number): Float64Array {
  const numbers = text.replace(/^\[|\]$/g, "").split(",");
  const scores = numbers.map((entry) => (entry.trim() === "" ? Number.NaN : Number(entry)));
  const margins = scores.map((score) => {
    if (objective.margin === "same") return score;
    return Math.fround(
      objective.margin === "log" ? Math.log(score) : -Math.log(1 / Math.fround(score) - 1),
    );
  });
  if ((margins.length !== 1 && margins.length !== outputs) || !margins.every(Number.isFinite))
    throw corruptModel(file, `base_score "${text.slice(0, 40)}" does not fit ${outputs} outputs`);
  return Float64Array.from({ length: outputs }, (_, k) => margins[k] ?? margins[0] ?? 0);
}

function afterSteps(objective: Objective): Step[] {
  switch (objective.after) {
    case "none":
      return [];
    case "softmax":
      return [{ kind: "rowTransform", name: "softmax", from: 0 }];
    case "hinge":
      return [
        { kind: "constant", values: Float64Array.of(0) },
        { kind: "pair", name: "greater", left: 0, right: 1, precision: "float64" },
      ];
    default:
      return [{ kind: "element", name: objective.after, from: 0, precision: "float64" }];
  }
}

function parse(bytes: Uint8Array): unknown {
  if (bytes[0] !== 0x7b) {
    const start = new TextDecoder("latin1").decode(bytes.subarray(0, 8));
    if (start.startsWith("booster[") || start.startsWith("[")) {
      throw unsupportedModel(
        file,
        "is a dump for reading, which rounds numbers and leaves out the objective",
        'Save it with save_model("model.json")',
      );
    }
    throw unsupportedModel(
      file,
      "is neither JSON nor UBJSON (the old binary format, or another library's file)",
      'Load it in XGBoost and save it with save_model("model.json")',
    );
  }
  // In UBJSON a brace is followed by a type, a count, or the length of a key; in JSON by a quote or white space.
  const second = String.fromCharCode(bytes[1] ?? 0);
  if ("$#iUIlLN".includes(second)) return readUbjson(bytes);
  const text = new TextDecoder().decode(bytes);
  try {
    // XGBoost writes NaN and Infinity, which JSON lacks, where a number means nothing or is beyond float32.
    return JSON.parse(
      text
        .replace(/(?<=[[,:])NaN(?=[\],}])/g, "0")
        .replace(/(?<=[[,:]-?)Infinity(?=[\],}])/g, "1e999"),
    );
  } catch {
    throw corruptModel(file, "it is not JSON");
  }
}

function unknownObjective(name: string): Error {
  return unsupportedModel(
    `${file} objective "${name}"`,
    "is not known, so the meaning of its scores is not either",
    `Train with one of ${Object.keys(objectives).join(", ")}`,
  );
}
