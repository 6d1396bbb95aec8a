import type { CategorySet, Tree } from "../../models/trees/tree-ensemble.js";
import { corruptModel, type ModelFields } from "../files/fields.js";
import { categorySet, type LeafBudget, layOutTree, type SourceNode } from "../files/tree-layout.js";

/** What a tree of the file is for. */
export interface XgboostTreePlace {
  readonly index: number;
  readonly features: number;
  readonly outputs: number;
  /** The output that the tree adds to, where its leaves hold one number. */
  readonly group: number;
  readonly budget: LeafBudget;
}

/** Reads one tree of an XGBoost model. Error `file-corrupt`. */
export function readXgboostTree(fields: ModelFields, place: XgboostTreePlace): Tree {
  const path = `XGBoost model trees[${place.index}]`;
  const left = fields.integers("left_children", -1, 2 ** 31 - 1);
  const nodes = left.length;
  const lists = {
    right: fields.integers("right_children", -1, 2 ** 31 - 1),
    feature: fields.numbers("split_indices"),
    // JSON holds the shortest decimals that round to the float32 numbers meant.
    condition: fields.numbers("split_conditions").map(Math.fround),
    defaultLeft: fields.numbers("default_left"),
  };
  for (const [name, list] of Object.entries(lists))
    if (list.length !== nodes)
      throw corruptModel(path, `lists of ${nodes} nodes and ${list.length} differ (${name})`);
  if (nodes === 0) throw corruptModel(path, "has no nodes");
  const { right, feature, condition, defaultLeft } = lists;
  const categories = readCategories(fields, path);
  const splitType = fields.numbers("split_type");
  const leafOf = leafReader(fields, place, { left, right, condition }, path);
  const nodeAt = (node: number): SourceNode => {
    if ((left[node] ?? -1) < 0) return { kind: "leaf", values: leafOf(node) };
    const set = categories.get(node);
    if (splitType[node] === 1 && set === undefined)
      throw corruptModel(path, `node ${node} asks for categories and names none`);
    return {
      kind: "split",
      feature: feature[node] ?? -1,
      threshold: condition[node] ?? Number.NaN,
      categories: splitType[node] === 1 ? set : undefined,
      left: left[node] ?? -1,
      right: right[node] ?? -1,
      missingLeft: defaultLeft[node] === 1,
    };
  };
  const checked = (node: number): SourceNode => {
    if (node < 0 || node >= nodes) throw corruptModel(path, `node ${node} of ${nodes}`);
    return nodeAt(node);
  };
  const { features, outputs, budget } = place;
  return layOutTree(0, checked, { features, outputs, nodes, path, budget });
}

/** Values of leaves: one number for the tree's own output, or one for each output. */
function leafReader(
  fields: ModelFields,
  place: XgboostTreePlace,
  lists: { left: Float64Array; right: Float64Array; condition: Float64Array },
  path: string,
): (node: number) => Float64Array {
  const size = fields.object("tree_param").integer("size_leaf_vector", 0, 2 ** 31, 0);
  const { outputs, group } = place;
  if (size <= 1) {
    return (node) => {
      const values = new Float64Array(outputs);
      values[group] = lists.condition[node] ?? Number.NaN;
      return values;
    };
  }
  if (size !== outputs) throw corruptModel(path, `leaves of ${size} values for ${outputs} outputs`);
  // From 3.1 on, leaves have a list of their own and name their place in it where other nodes name their right child.
  const compact = fields.has("leaf_weights");
  const weights = fields.numbers(compact ? "leaf_weights" : "base_weights").map(Math.fround);
  return (node) => {
    const row = compact ? (lists.right[node] ?? 0) : node;
    return weights.slice(row * size, (row + 1) * size);
  };
}

/** Sets of categories by node; a category in the set goes right, any other left. */
function readCategories(fields: ModelFields, path: string): ReadonlyMap<number, CategorySet> {
  const all = fields.numbers("categories");
  const nodes = fields.numbers("categories_nodes");
  const segments = fields.numbers("categories_segments");
  const sizes = fields.numbers("categories_sizes");
  const sets = new Map<number, CategorySet>();
  nodes.forEach((node, index) => {
    const start = segments[index] ?? -1;
    const end = start + (sizes[index] ?? -1);
    if (start < 0 || end < start || end > all.length)
      throw corruptModel(path, `the categories of node ${node} lie outside of the list`);
    sets.set(node, categorySet(all.subarray(start, end), "right", path));
  });
  return sets;
}
