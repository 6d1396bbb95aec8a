import type { TreeEnsemble } from "../../../models/trees/tree-ensemble.js";
import type { BlockValue, NodeReader, OnnxValue, OperatorReader } from "../node.js";
import { postTransformed, refuseSingleTransform, withComplement, withNegative } from "./linear.js";
import { readFlatForest, readListedForest } from "./tree-nodes.js";

/** Tree ensembles of the domain `ai.onnx.ml`, in the forms of versions 1 to 3 and of version 5. */
export const treeOperators: Readonly<Record<string, OperatorReader>> = {
  TreeEnsemble: readTreeEnsemble,
  TreeEnsembleClassifier: readClassifier,
  TreeEnsembleRegressor: readRegressor,
};

const aggregates = ["AVERAGE", "SUM", "MIN", "MAX"];
const transforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

function readRegressor(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const targets = node.integer("n_targets", 1);
  const forest = readListedForest(node, precision(x), targets, "target");
  const aggregate = node.text("aggregate_function", "SUM");
  return regression(node, x, forest, aggregate, node.text("post_transform", "NONE"));
}

function readTreeEnsemble(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const aggregate = aggregates[node.integer("aggregate_function", 1)];
  const transform = transforms[node.integer("post_transform", 0)];
  if (aggregate === undefined || transform === undefined)
    throw node.corrupt("aggregate_function or post_transform is out of range");
  const forest = readFlatForest(node, precision(x), node.integer("n_targets", 1));
  return regression(node, x, forest, aggregate, transform);
}

function regression(
  node: NodeReader,
  x: BlockValue,
  forest: TreeEnsemble,
  aggregate: string,
  transform: string,
): readonly OnnxValue[] {
  const count = forest.trees.length;
  if (!aggregates.includes(aggregate)) throw node.corrupt(`aggregate_function ${aggregate}`);
  if (count > 1 && (aggregate === "MIN" || aggregate === "MAX")) {
    throw node.unsupported(
      `takes the ${aggregate} of the trees' values`,
      "Sums and averages of trees are imported: aggregate_function SUM or AVERAGE",
    );
  }
  refuseSingleTransform(node, forest.outputs, transform);
  const divisor = aggregate === "AVERAGE" ? Math.max(1, count) : 1;
  const base = baseValues(node, forest.outputs);
  const block = node.list.trees({ ...forest, base, divisor }, x.block);
  const type = x.type === "float64" ? "float64" : "float32";
  return [node.result(postTransformed(node, block, transform), type)];
}

function readClassifier(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const classes = node.classLabels();
  const transform = node.text("post_transform", "NONE");
  const ids = node.integers("class_ids");
  if (classes.length < 2) throw node.unsupported(`has ${classes.length} classes`, "Two are needed");
  const single = classes.length === 2 && ids.length > 0 && ids.every((id) => id === ids[0]);
  if (single) return oneScore(node, x, ids[0] ?? 0, transform);
  const forest = readListedForest(node, precision(x), classes.length, "class");
  refuseSometimesScored(node, classes.length);
  const base = baseValues(node, classes.length);
  const block = node.list.trees({ ...forest, base }, x.block);
  return [
    { kind: "labels", decision: { kind: "argmax", block }, classes },
    node.result(postTransformed(node, block, transform), "float32"),
  ];
}

/**
 * The greatest sum that is 1/2 as float32, in which the format's scores are: shares of even votes, such as five times 0.1, add up to a
 * little more.
 */
const roundsToHalf = 0.5 + 2 ** -25;

/**
 * Two classes and weights for one of them. Weights that are all positive are probabilities, so the second class begins above
 * 1/2, otherwise above 0. This and the second class's column follow onnxruntime, where the format says too little.
 */
function oneScore(
  node: NodeReader,
  x: BlockValue,
  id: number,
  transform: string,
): readonly OnnxValue[] {
  const classes = node.classLabels();
  const { list } = node;
  const listed = node.floats("base_values").length;
  if (transform === "PROBIT" || (id === 0 ? listed > 1 : listed > 0))
    throw node.unsupported("has weights for one class of two with PROBIT or base values for both");
  const forest = readListedForest(node, precision(x), 1, "class", () => 0);
  const positive = Array.from(node.floats("class_weights")).every((weight) => weight >= 0);
  const block = list.trees({ ...forest, base: baseValues(node, 1) }, x.block);
  const above = positive ? roundsToHalf : 0;
  const labels: OnnxValue = {
    kind: "labels",
    decision: { kind: "threshold", block, above, atLeast: false },
    classes,
  };
  if (id !== 0) {
    const both = list.add({ kind: "concatenate", from: [list.constant([0]), block] }, 2);
    return [labels, node.result(postTransformed(node, both, transform), "float32")];
  }
  if (transform === "LOGISTIC") {
    const p = list.element("logistic", block, "float64");
    return [labels, node.result(withComplement(node, p), "float32")];
  }
  const both = positive ? withComplement(node, block) : withNegative(node, block);
  return [labels, node.result(both, "float32")];
}

/**
 * A class that no leaf on a row's way scores cannot win, even over classes below 0. That matters only where scores may be
 * negative and a class has neither a base value nor a tree that scores it in every leaf: refused.
 */
function refuseSometimesScored(node: NodeReader, classes: number): void {
  const weights = Array.from(node.floats("class_weights"));
  if (node.floats("base_values").length > 0 || weights.every((weight) => weight >= 0)) return;
  const leaves = new Map<number, number>();
  const trees = node.integers("nodes_treeids");
  node.texts("nodes_modes").forEach((mode, index) => {
    const tree = trees[index] ?? 0;
    if (mode === "LEAF") leaves.set(tree, (leaves.get(tree) ?? 0) + 1);
  });
  const scored = new Map<string, Set<number>>();
  const nodes = node.integers("class_nodeids");
  const ids = node.integers("class_ids");
  node.integers("class_treeids").forEach((tree, index) => {
    const key = `${tree} ${ids[index]}`;
    const own = scored.get(key) ?? new Set<number>();
    scored.set(key, own.add(nodes[index] ?? 0));
  });
  for (let k = 0; k < classes; k++) {
    const always = [...leaves].some(([tree, count]) => scored.get(`${tree} ${k}`)?.size === count);
    if (!always) throw node.unsupported(`gives class ${k} a score for some rows only`);
  }
}

function baseValues(node: NodeReader, outputs: number): Float64Array {
  const given = node.floats("base_values");
  if (given.length !== 0 && given.length !== outputs)
    throw node.corrupt(`has ${given.length} base values for ${outputs} outputs`);
  const base = Float64Array.from({ length: outputs }, (_, k) => given[k] ?? 0);
  if (!base.every(Number.isFinite)) throw node.corrupt("a base value is not finite");
  return base;
}

function precision(x: BlockValue): "float32" | "float64" {
  return x.type === "float64" ? "float64" : "float32";
}
