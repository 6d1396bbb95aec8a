import type { TreeEnsemble } from "../../../models/trees/tree-ensemble.js";
import { categorySet, LeafBudget, layOutTree, type SourceNode } from "../../files/tree-layout.js";
import type { NodeReader } from "../node.js";

const modes = [
  "BRANCH_LEQ",
  "BRANCH_LT",
  "BRANCH_GTE",
  "BRANCH_GT",
  "BRANCH_EQ",
  "BRANCH_NEQ",
  "BRANCH_MEMBER",
] as const;
type Mode = (typeof modes)[number];

/** A question as ONNX writes it. */
interface Question {
  readonly mode: Mode;
  readonly feature: number;
  readonly value: number;
  /** For BRANCH_MEMBER. */
  readonly members: readonly number[];
  readonly yes: number;
  readonly no: number;
  /** A missing value counts as a yes. */
  readonly missingYes: boolean;
}

type Precision = "float32" | "float64";

/**
 * The forest of TreeEnsembleClassifier and TreeEnsembleRegressor: nodes as parallel lists, weights of leaves by tree, node
 * and class or target. Base 0, divisor 1. Errors: `file-corrupt`.
 */
export function readListedForest(
  node: NodeReader,
  precision: Precision,
  outputs: number,
  weightsOf: "class" | "target",
  outputOf: (id: number) => number = (id) => id,
): TreeEnsemble {
  const features = node.columns(node.numbers(0));
  const trees = node.integers("nodes_treeids");
  const count = trees.length;
  const lists = {
    ids: node.integers("nodes_nodeids"),
    feature: node.integers("nodes_featureids"),
    yes: node.integers("nodes_truenodeids"),
    no: node.integers("nodes_falsenodeids"),
    value: node.floats("nodes_values"),
  };
  const modeTexts = node.texts("nodes_modes");
  for (const [name, list] of Object.entries({ ...lists, modes: modeTexts }))
    if (list.length !== count) throw node.corrupt(`has ${count} nodes and ${list.length} ${name}`);
  if (!(outputs >= 1 && outputs <= 2 ** 20)) throw node.corrupt(`has ${outputs} outputs`);
  const missing = node.integers("nodes_missing_value_tracks_true");
  const places = new Map<number, Map<number, number>>();
  const roots: number[] = [];
  trees.forEach((tree, index) => {
    const own = places.get(tree) ?? new Map<number, number>();
    if (own.size === 0) roots.push(index);
    places.set(tree, own.set(lists.ids[index] ?? -1, index));
  });
  const weights = leafWeights(node, weightsOf, places);
  const questionAt = (index: number): Question | undefined => {
    const mode = modes.find((known) => known === modeTexts[index]);
    if (mode === undefined) {
      if (modeTexts[index] === "LEAF") return undefined;
      throw node.corrupt(`node mode ${modeTexts[index]}`);
    }
    const own = places.get(trees[index] ?? -1);
    return {
      mode,
      feature: lists.feature[index] ?? -1,
      value: lists.value[index] ?? Number.NaN,
      members: [],
      yes: own?.get(lists.yes[index] ?? -1) ?? -1,
      no: own?.get(lists.no[index] ?? -1) ?? -1,
      missingYes: missing[index] === 1,
    };
  };
  const leafAt = (index: number): Float64Array => {
    const values = new Float64Array(outputs);
    for (const { id, weight } of weights.get(index) ?? []) {
      const output = outputOf(id);
      if (!(output >= 0 && output < outputs)) throw node.corrupt(`class or target ${id}`);
      values[output] = (values[output] ?? 0) + weight;
    }
    return values;
  };
  const shape = { features, outputs, nodes: count, precision };
  return layOutForest(node, roots, questionAt, leafAt, shape);
}

function leafWeights(
  node: NodeReader,
  kind: "class" | "target",
  places: ReadonlyMap<number, ReadonlyMap<number, number>>,
): ReadonlyMap<number, readonly { id: number; weight: number }[]> {
  const trees = node.integers(`${kind}_treeids`);
  const nodes = node.integers(`${kind}_nodeids`);
  const ids = node.integers(`${kind}_ids`);
  const weights = node.floats(`${kind}_weights`);
  if (![nodes, ids, weights].every((list) => list.length === trees.length))
    throw node.corrupt(`lists of ${kind} weights differ in length`);
  const byLeaf = new Map<number, { id: number; weight: number }[]>();
  trees.forEach((tree, index) => {
    const place = places.get(tree)?.get(nodes[index] ?? -1);
    if (place === undefined) throw node.corrupt(`a weight is for a node that is not there`);
    const own = byLeaf.get(place) ?? [];
    own.push({ id: ids[index] ?? -1, weight: weights[index] ?? 0 });
    byLeaf.set(place, own);
  });
  return byLeaf;
}

/** The forest of TreeEnsemble (version 5): inner nodes and leaves in lists of their own, one target a leaf. */
export function readFlatForest(
  node: NodeReader,
  precision: Precision,
  outputs: number,
): TreeEnsemble {
  const features = node.columns(node.numbers(0));
  const lists = {
    feature: node.integers("nodes_featureids"),
    yes: node.integers("nodes_truenodeids"),
    no: node.integers("nodes_falsenodeids"),
    yesLeaf: node.integers("nodes_trueleafs"),
    noLeaf: node.integers("nodes_falseleafs"),
    mode: node.floats("nodes_modes"),
    value: node.floats("nodes_splits"),
  };
  const count = lists.feature.length;
  for (const [name, list] of Object.entries(lists))
    if (list.length !== count) throw node.corrupt(`has ${count} nodes and ${list.length} ${name}`);
  if (!(outputs >= 1 && outputs <= 2 ** 20)) throw node.corrupt(`has ${outputs} outputs`);
  const missing = node.integers("nodes_missing_value_tracks_true");
  const targets = node.integers("leaf_targetids");
  const weights = node.floats("leaf_weights");
  const sets = memberSets(node, lists.mode);
  // Leaves are numbered behind the inner nodes. Both children of a tree of one leaf may be the same leaf, so leaves get
  // numbers of their own by parent and side.
  const leafNumber = (index: number, side: number): number => count + 2 * index + side;
  const questionAt = (index: number): Question | undefined => {
    if (index >= count) return undefined;
    const mode = modes[lists.mode[index] ?? -1];
    if (mode === undefined) throw node.corrupt(`node mode ${lists.mode[index]}`);
    const child = (leaf: number | undefined, to: number | undefined, side: number): number => {
      if (leaf === 1) return leafNumber(index, side);
      return to !== undefined && to < count ? to : -1;
    };
    return {
      mode,
      feature: lists.feature[index] ?? -1,
      value: lists.value[index] ?? Number.NaN,
      members: sets.get(index) ?? [],
      yes: child(lists.yesLeaf[index], lists.yes[index], 0),
      no: child(lists.noLeaf[index], lists.no[index], 1),
      missingYes: missing[index] === 1,
    };
  };
  const leafAt = (number: number): Float64Array => {
    const index = (number - count) >> 1;
    const leaf = ((number - count) % 2 === 0 ? lists.yes : lists.no)[index] ?? -1;
    const target = targets[leaf];
    if (target === undefined || !(target >= 0 && target < outputs))
      throw node.corrupt(`leaf ${leaf} is not there or has no target`);
    const values = new Float64Array(outputs);
    values[target] = weights[leaf] ?? Number.NaN;
    return values;
  };
  const shape = { features, outputs, nodes: 3 * count, precision };
  return layOutForest(node, node.integers("tree_roots"), questionAt, leafAt, shape);
}

/** The sets of BRANCH_MEMBER nodes, in the order of nodes, with NaN behind each. */
function memberSets(
  node: NodeReader,
  nodeModes: ArrayLike<number>,
): ReadonlyMap<number, readonly number[]> {
  const values = Array.from(node.floats("membership_values"));
  const sets = new Map<number, readonly number[]>();
  let at = 0;
  for (let index = 0; index < nodeModes.length; index++) {
    if (modes[nodeModes[index] ?? -1] !== "BRANCH_MEMBER") continue;
    let end = at;
    while (end < values.length && !Number.isNaN(values[end])) end++;
    if (end === at) throw node.corrupt(`node ${index} has no set of values`);
    sets.set(index, values.slice(at, end));
    at = end + 1;
  }
  return sets;
}

interface ForestShape {
  readonly features: number;
  readonly outputs: number;
  readonly nodes: number;
  readonly precision: Precision;
}

/** Lays all trees out, with one comparison for all: "<" where every node can have it, else "<=". */
function layOutForest(
  node: NodeReader,
  roots: readonly number[],
  questionAt: (index: number) => Question | undefined,
  leafAt: (index: number) => Float64Array,
  { features, outputs, nodes, precision }: ForestShape,
): TreeEnsemble {
  let strict = false;
  for (let index = 0; index < nodes; index++) {
    const mode = questionAt(index)?.mode;
    if (mode === "BRANCH_LEQ" || mode === "BRANCH_GT") {
      strict = false;
      break;
    }
    strict ||= mode === "BRANCH_LT" || mode === "BRANCH_GTE";
  }
  const budget = new LeafBudget();
  const { path } = node;
  const sourceAt = (index: number): SourceNode => {
    if (index < 0) throw node.corrupt("a child is not there");
    const question = questionAt(index);
    if (question === undefined) return { kind: "leaf", values: leafAt(index) };
    return split(question, strict, precision, path);
  };
  const trees = roots.map((root) =>
    layOutTree(root, sourceAt, { features, outputs, nodes, path, budget }),
  );
  return {
    features,
    outputs,
    rule: { left: strict ? "<" : "<=", precision, missing: "nan" },
    trees,
    base: new Float64Array(outputs),
    divisor: 1,
  };
}

function split(
  question: Question,
  strict: boolean,
  precision: Precision,
  path: string,
): SourceNode {
  const { mode, feature, value, members, yes, no, missingYes } = question;
  const asked = { kind: "split", feature, threshold: value, categories: undefined } as const;
  const straight = { ...asked, left: yes, right: no, missingLeft: missingYes };
  const turned = { ...asked, left: no, right: yes, missingLeft: !missingYes };
  // x < t says the same as x <= the number before t.
  const before = strict ? value : previous(value, precision);
  switch (mode) {
    case "BRANCH_LEQ":
      return straight;
    case "BRANCH_GT":
      return turned;
    case "BRANCH_LT":
      return { ...straight, threshold: before };
    case "BRANCH_GTE":
      return { ...turned, threshold: before };
    case "BRANCH_EQ":
      return { ...straight, categories: categorySet([value], "left", path) };
    case "BRANCH_MEMBER":
      return { ...straight, categories: categorySet(members, "left", path) };
    case "BRANCH_NEQ":
      // NaN differs from every number.
      return { ...turned, missingLeft: false, categories: categorySet([value], "left", path) };
  }
}

/** The greatest number of `precision` below `x`; NaN below -Infinity, which no split may compare with. */
function previous(x: number, precision: Precision): number {
  if (Number.isNaN(x) || x === -Infinity) return Number.NaN;
  const wide = precision === "float64";
  if (x === Infinity) return wide ? Number.MAX_VALUE : 3.4028234663852886e38;
  if (x === 0) return wide ? -Number.MIN_VALUE : -(2 ** -149);
  const view = new DataView(new ArrayBuffer(8));
  if (wide) {
    view.setFloat64(0, x);
    view.setBigInt64(0, view.getBigInt64(0) + (x > 0 ? -1n : 1n));
    return view.getFloat64(0);
  }
  view.setFloat32(0, x);
  view.setInt32(0, view.getInt32(0) + (x > 0 ? -1 : 1));
  return view.getFloat32(0);
}
