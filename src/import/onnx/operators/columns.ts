import type { Label } from "../../steps/steps.js";
import type { BlockValue, NodeReader, OnnxValue } from "../node.js";
import { asBlock } from "./arithmetic.js";
import { constantEntries, constantRows } from "./constants.js";
import { joinedLengths, lengthsAt } from "./shape-values.js";
import { stacked } from "./stacks.js";

export function readConcat(node: NodeReader): readonly OnnxValue[] {
  const axis = node.integer("axis", 1);
  const given = node.inputs;
  if (given.every((value) => value.kind === "tensor"))
    return [{ kind: "tensor", tensor: constantRows(node, axis) }];
  if (given.some((value) => value.kind === "shape")) return [joinedLengths(node)];
  if (axis === 0 || given.some((value) => value.kind === "stack")) {
    if (axis !== 0) throw node.unsupported("joins several matrices along another axis");
    return [stacked(node)];
  }
  const values = Array.from({ length: node.inputCount }, (_, k) =>
    node.input(k).kind === "labels" ? node.block(k) : node.input(k),
  );
  const lead = values.find((value) => value.kind === "block");
  if (lead === undefined || (axis !== 1 && axis !== -1))
    throw node.unsupported("joins something else than columns");
  const parts = values.map((value) => {
    if (value.kind === "block" && !value.flat && (value.type === "text") === (lead.type === "text"))
      return value.block;
    return asBlock(node, value, { ...lead, flat: false });
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return [{ ...lead, block: only }];
  const columns = parts.reduce((sum, part) => sum + node.list.columns(part), 0);
  const mixed = values.some((value) => value.kind === "block" && value.type === "float64");
  const block = node.list.add({ kind: "concatenate", from: parts }, columns);
  return [{ ...lead, block, type: mixed ? "float64" : lead.type }];
}

/** Columns picked by constant numbers, or the class at the place that a decision gives. */
export function readGather(node: NodeReader): readonly OnnxValue[] {
  const table = node.input(0);
  const places = node.input(1);
  if (places.kind === "labels") {
    if (table.kind !== "tensor") throw node.unsupported("looks a class up in what is computed");
    const { tensor } = table;
    const names: ArrayLike<Label> = tensor.type === "string" ? tensor.texts : tensor.data;
    const classes = places.classes.map((index) => {
      const name = names[Number(index)];
      if (name === undefined) throw node.corrupt(`has no class ${index}`);
      return name;
    });
    return [{ ...places, classes }];
  }
  if (table.kind === "shape") return [lengthsAt(node, table)];
  if (table.kind === "tensor" && places.kind === "tensor")
    return [{ kind: "tensor", tensor: constantEntries(node) }];
  if (table.kind === "tensor" && places.kind === "block") return [tableEntries(node)];
  const x = node.block(0);
  const axis = node.integer("axis", node.node.operator === "Gather" ? 0 : 1);
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("does not pick columns");
  return [{ ...x, block: node.list.select(x.block, columnsAt(node, node.tensor(1).data, x)) }];
}

/** Entries of a list of constants, or columns of a matrix of them, at the places that rows hold. */
function tableEntries(node: NodeReader): OnnxValue {
  const { dims, data, texts, type } = node.tensor(0);
  if (dims.length !== 1 || texts.length > 0) return tableColumns(node);
  const x = node.numbers(1);
  const { list } = node;
  const block = list.pick(list.constant(data), x.block);
  const found = {
    ...x,
    block,
    type: type === "float32" || type === "float64" ? type : "integer",
  } as const;
  return node.node.operator === "Gather" ? found : { kind: "line", of: found };
}

/** The column of a constant matrix `[outputs, entries]` that a row's integer names, side by side: `[outputs, rows]`. */
function tableColumns(node: NodeReader): OnnxValue {
  const { dims, data } = node.tensor(0);
  const x = node.numbers(1);
  const [outputs = 0, entries = 0] = dims;
  if (node.node.operator === "Gather" || dims.length !== 2 || node.columns(x) !== 1)
    throw node.unsupported("looks numbers up in what is no matrix");
  const categories = Array.from({ length: entries }, (_, k) => k);
  const cells = { kind: "oneHot", from: x.block, categories, unknown: "error" } as const;
  const from = node.list.add(cells, entries);
  const block = node.list.linear(from, data, new Float64Array(outputs));
  return { kind: "turned", of: node.result(block, "float32") };
}

function columnsAt(node: NodeReader, places: ArrayLike<number>, x: BlockValue): number[] {
  const width = node.columns(x);
  return Array.from(places, (place) => {
    const column = place < 0 ? place + width : place;
    if (Number.isInteger(column) && column >= 0 && column < width) return column;
    throw node.corrupt(`asks for column ${place} of ${width}`);
  });
}

/** Numbers of a row at the places that another row holds. */
export function readGatherElements(node: NodeReader): readonly OnnxValue[] {
  const [x, places] = [node.numbers(0), node.numbers(1)];
  const axis = node.integer("axis", 0);
  if (x.flat || places.flat || (axis !== 1 && axis !== -1))
    throw node.unsupported("does not pick from the columns");
  return [{ ...x, block: node.list.pick(x.block, places.block) }];
}

export function readSlice(node: NodeReader): readonly OnnxValue[] {
  const x = node.block(0);
  const part = (index: number, name: string): readonly number[] =>
    node.version >= 10
      ? node.has(index)
        ? [...node.tensor(index).data]
        : []
      : node.integers(name);
  const starts = part(1, "starts");
  const ends = part(2, "ends");
  const axes = part(3, "axes");
  const [step = 1] = part(4, "steps");
  const [axis = 0] = axes;
  if (x.flat || starts.length !== 1 || (axis !== 1 && axis !== -1) || step !== 1)
    throw node.unsupported("does not cut columns out");
  const columns = Array.from({ length: node.columns(x) }, (_, k) => k);
  const kept = columns.slice(starts[0], ends[0]);
  if (kept.length === 0)
    throw node.unsupported(
      `keeps columns ${starts[0]} to ${ends[0]} of ${columns.length}, which are none`,
      "Export the model with another version of the converter; no runtime computes this file",
    );
  return [{ ...x, block: node.list.select(x.block, kept) }];
}

export function readSplit(node: NodeReader): readonly OnnxValue[] {
  const x = node.block(0);
  const axis = node.integer("axis", 0);
  const count = node.node.outputs.length;
  const width = node.columns(x);
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("does not split columns");
  let sizes = node.has(1) ? [...node.tensor(1).data] : [...node.integers("split")];
  if (sizes.length === 0) sizes = new Array<number>(count).fill(Math.ceil(width / count));
  if (sizes.length !== count || sizes.some((size) => !(size >= 0 && size <= width)))
    throw node.corrupt(`splits ${width} columns into ${sizes.join(", ")}`);
  let start = 0;
  return sizes.map((size) => {
    const columns = Array.from({ length: Math.min(size, width - start) }, (_, k) => start + k);
    start += columns.length;
    return { ...x, block: node.list.select(x.block, columns) };
  });
}
