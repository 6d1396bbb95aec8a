import type { Label } from "../../steps/steps.js";
import { type NodeReader, type OnnxValue, type OperatorReader, precisionOf } from "../node.js";
import { readGather } from "../operators/columns.js";

/** Preprocessing operators of the domain `ai.onnx.ml`. */
export const preprocessingOperators: Readonly<Record<string, OperatorReader>> = {
  ArrayFeatureExtractor: readGather,
  Binarizer: readBinarizer,
  FeatureVectorizer: readFeatureVectorizer,
  Imputer: readImputer,
  LabelEncoder: readLabelEncoder,
  Normalizer: readNormalizer,
  OneHotEncoder: readOneHotEncoder,
  Scaler: readScaler,
  ZipMap: (node) => [node.input(0)],
};

function readBinarizer(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const limit = node.list.constant([node.float("threshold", 0)]);
  return [{ ...x, block: node.list.pair("greater", x.block, limit, precisionOf(x.type)) }];
}

function readFeatureVectorizer(node: NodeReader): readonly OnnxValue[] {
  const sizes = node.integers("inputdimensions");
  const parts = Array.from({ length: node.inputCount }, (_, k) => {
    const x = node.numbers(k);
    const columns = Math.min(node.columns(x), sizes[k] ?? node.columns(x));
    return node.list.select(
      x.block,
      Array.from({ length: columns }, (_, column) => column),
    );
  });
  const columns = parts.reduce((sum, part) => sum + node.list.columns(part), 0);
  const joined = node.list.add({ kind: "concatenate", from: parts }, columns);
  return [node.result(node.list.element("round32", joined, "float32"), "float32")];
}

function readImputer(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const columns = node.columns(x);
  const floats = node.floats("imputed_value_floats");
  const integers = node.integers("imputed_value_int64s");
  const given = floats.length > 0 ? floats : integers;
  const missing =
    floats.length > 0
      ? node.float("replaced_value_float", 0)
      : node.integer("replaced_value_int64", 0);
  if (given.length !== columns && given.length !== 1)
    throw node.corrupt(`has ${given.length} values for ${columns} columns`);
  const values = Float64Array.from({ length: columns }, (_, k) => given[k] ?? given[0] ?? 0);
  const step = { kind: "impute", from: x.block, missing, values } as const;
  return [{ ...x, block: node.list.add(step, columns) }];
}

function readLabelEncoder(node: NodeReader): readonly OnnxValue[] {
  const { keys, values } = node.version === 1 ? oldTable(node) : table(node);
  if (keys.length !== values.length)
    throw node.corrupt(`has ${keys.length} keys and ${values.length} values`);
  const input = node.input(0);
  const fallback = fallbackOf(node, values);
  if (input.kind === "labels") {
    const places = new Map(keys.map((key, index) => [key, values[index]]));
    return [{ ...input, classes: input.classes.map((label) => places.get(label) ?? fallback) }];
  }
  const x = node.block(0);
  if (typeof fallback === "string" || values.some((value) => typeof value === "string"))
    throw node.unsupported("gives texts for rows");
  const numbers = Float64Array.from(values, Number);
  const block = node.list.map(x.block, keys, numbers, fallback);
  const floats = node.floats("values_floats").length > 0 || node.floats("values_tensor").length > 0;
  return [{ ...x, block, type: floats ? "float32" : "integer" }];
}

function table(node: NodeReader): { keys: readonly Label[]; values: readonly Label[] } {
  const read = (side: "keys" | "values"): readonly Label[] => {
    const texts = node.texts(`${side}_strings`);
    if (texts.length > 0) return texts;
    const integers = node.integers(`${side}_int64s`);
    if (integers.length > 0) return integers;
    const tensor = node.node.attributes.get(`${side}_tensor`)?.tensor;
    if (tensor?.type === "string") return tensor.texts;
    return Array.from(tensor?.data ?? node.floats(`${side}_floats`));
  };
  return { keys: read("keys"), values: read("values") };
}

/** Version 1: texts and their places, in whichever direction the input asks for. */
function oldTable(node: NodeReader): { keys: readonly Label[]; values: readonly Label[] } {
  const texts = node.texts("classes_strings");
  const places = texts.map((_, index) => index);
  const value = node.input(0);
  const textual = value.kind === "block" && value.type === "text";
  return textual ? { keys: texts, values: places } : { keys: places, values: texts };
}

function fallbackOf(node: NodeReader, values: readonly Label[]): Label {
  if (typeof values[0] === "string") return node.text("default_string", "_Unused");
  const tensor = node.node.attributes.get("default_tensor")?.tensor;
  if (tensor !== undefined) return tensor.data[0] ?? 0;
  if (node.floats("values_floats").length > 0) return node.float("default_float", -0);
  return node.integer("default_int64", -1);
}

function readNormalizer(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const norm = node.text("norm", "MAX");
  const names = { MAX: "divideByMax", L1: "divideByL1", L2: "divideByL2" } as const;
  if (norm !== "MAX" && norm !== "L1" && norm !== "L2") throw node.corrupt(`norm ${norm}`);
  // Softmax and probabilities of two classes sum to 1 already.
  const source = node.list.stepOf(x.block);
  if (norm === "L1" && source?.kind === "rowTransform" && source.name === "softmax") return [x];
  const step = { kind: "rowTransform", name: names[norm], from: x.block } as const;
  const divided = node.list.add(step, node.columns(x));
  return [node.result(node.list.element("round32", divided, "float32"), "float32")];
}

function readOneHotEncoder(node: NodeReader): readonly OnnxValue[] {
  const x = node.block(0);
  const texts = node.texts("cats_strings");
  const categories: readonly Label[] = texts.length > 0 ? texts : node.integers("cats_int64s");
  if (categories.length === 0) throw node.corrupt("has no categories");
  if ((x.type === "text") !== texts.length > 0)
    throw node.corrupt("encodes texts by numbers or numbers by texts");
  const whole = x.type === "text" || x.type === "integer";
  // Numbers are read as integers before they are compared.
  const from = whole ? x.block : node.list.element("truncate", x.block, "float64");
  const unknown = node.integer("zeros", 1) === 1 ? "zeros" : "error";
  const columns = node.columns(x) * categories.length;
  const block = node.list.add({ kind: "oneHot", from, categories, unknown }, columns);
  return [node.result(block, "float32")];
}

function readScaler(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const offset = node.floats("offset");
  const scale = node.floats("scale");
  const columns = node.columns(x);
  for (const list of [offset, scale])
    if (list.length !== columns && list.length !== 1)
      throw node.corrupt(`has ${list.length} numbers for ${columns} columns`);
  const { list } = node;
  const shifted = list.pair("subtract", x.block, list.constant(offset), "float32");
  return [node.result(list.pair("multiply", shifted, list.constant(scale), "float32"), "float32")];
}
