import { corruptModel, unsupportedModel } from "../files/fields.js";
import { modelBytes } from "../files/model-bytes.js";
import { ImportedModel } from "../model/imported-model.js";
import { splitSteps } from "../rewriting/split-steps.js";
import { StepList } from "../rewriting/step-list.js";
import { thresholdLabels } from "../rewriting/threshold-labels.js";
import type { Decision, ImportedInput, InputType } from "../steps/imported-parts.js";
import type { Label } from "../steps/steps.js";
import {
  type OnnxGraph,
  type OnnxNode,
  type OnnxValueInfo,
  readOnnxFile,
} from "./file/model-file.js";
import { linearOperators } from "./ml-operators/linear.js";
import { preprocessingOperators } from "./ml-operators/preprocessing.js";
import { treeOperators } from "./ml-operators/trees.js";
import { NodeReader, type OnnxValue, type OperatorReader } from "./node.js";
import { readLines } from "./operators/lines.js";
import { mainOperators } from "./operators/main-operators.js";

const file = "ONNX model";
const mlOperators = { ...preprocessingOperators, ...linearOperators, ...treeOperators };

/**
 * Reads an ONNX model of trees or of a linear model, with the preprocessing around it: `ai.onnx.ml` operators and the
 * operators of the main domain that skl2onnx and onnxmltools put into such pipelines. The graph is reduced to steps before
 * the model, one model, and steps after it.
 * Errors: `bad-argument` (no bytes), `file-foreign` (another library's file), `file-corrupt`; `unsupported-op` naming the node, its operator and domain, or saying why the graph is no such
 * model.
 */
export function importOnnx(bytes: Uint8Array): ImportedModel {
  const { graph, operatorSets } = readOnnxFile(modelBytes(bytes, "importOnnx"));
  const inputs = graph.inputs
    .filter((info) => !graph.initializers.has(info.name))
    .map((info) => readInput(info));
  if (inputs.length === 0) throw corruptModel(file, "it has no inputs");
  const list = new StepList(inputs.map((input) => input.columns));
  const values = new Map<string, OnnxValue>();
  for (const tensor of graph.initializers.values())
    values.set(tensor.name, { kind: "tensor", tensor });
  inputs.forEach(({ name, type }, block) => {
    values.set(name, { kind: "block", block, type, flat: false });
  });
  for (const node of graph.nodes) runNode(node, values, list, operatorSets);
  return assemble(inputs, list, outputsOf(graph, values, list));
}

function runNode(
  node: OnnxNode,
  values: Map<string, OnnxValue>,
  list: StepList,
  operatorSets: ReadonlyMap<string, number>,
): void {
  const operators: Readonly<Record<string, OperatorReader>> =
    node.domain === "" ? mainOperators : node.domain === "ai.onnx.ml" ? mlOperators : {};
  const operator = Object.hasOwn(operators, node.operator) ? operators[node.operator] : undefined;
  if (operator === undefined) throw unknownOperator(node);
  const inputs = node.inputs.map((name) => {
    if (name === "") return undefined;
    const value = values.get(name);
    if (value === undefined)
      throw corruptModel(`${file} node ${node.operator}`, `its input "${name}" comes from nowhere`);
    return value;
  });
  const version = operatorSets.get(node.domain) ?? 1;
  const reader = new NodeReader(node, inputs, list, version);
  const results = readLines(reader, inputs, operator) ?? operator(reader);
  node.outputs.forEach((name, index) => {
    const value = results[index];
    if (value !== undefined && name !== "") values.set(name, value);
  });
}

function readInput({ name, type, shape }: OnnxValueInfo): ImportedInput {
  const path = `ONNX input "${name}"`;
  if (type === undefined || type === "float16" || type === "bfloat16") {
    throw unsupportedModel(
      path,
      "is no tensor of float32, float64, integers or texts",
      "Export the model with such an input",
    );
  }
  const columns = shape?.length === 2 ? shape[1] : undefined;
  if (columns === undefined || columns > 2 ** 20) {
    throw unsupportedModel(
      path,
      "does not say how many columns a row has",
      "Export it with the shape [None, columns]",
    );
  }
  const types: Readonly<Record<string, InputType>> = {
    float32: "float32",
    float64: "float64",
    string: "text",
  };
  return { name, columns, type: types[type] ?? "integer" };
}

interface GraphOutputs {
  readonly decision: Decision | undefined;
  readonly classes: readonly Label[] | undefined;
  /** The block that the model reports: values, scores or probabilities. */
  readonly block: number;
}

/** The first output that is a class, and the first that is rows of numbers. */
function outputsOf(
  graph: OnnxGraph,
  values: ReadonlyMap<string, OnnxValue>,
  list: StepList,
): GraphOutputs {
  let labels: { decision: Decision; classes: readonly Label[] } | undefined;
  const blocks: number[] = [];
  for (const { name } of graph.outputs) {
    const value = values.get(name);
    if (value === undefined) throw corruptModel(file, `its output "${name}" comes from nowhere`);
    if (value.kind === "labels") labels ??= value;
    else if (value.kind === "block" && value.type === "integer" && graph.outputs.length > 1) {
      const found = thresholdLabels(list, value.block);
      if (found === undefined) blocks.push(value.block);
      else labels ??= found;
    } else if (value.kind === "block" && value.type !== "text") blocks.push(value.block);
  }
  const block = blocks[0] ?? labels?.decision.block;
  if (block === undefined) {
    throw unsupportedModel(
      file,
      "has no output of numbers or classes",
      "Export predictions as outputs",
    );
  }
  return { decision: labels?.decision, classes: labels?.classes, block };
}

function assemble(
  inputs: readonly ImportedInput[],
  list: StepList,
  outputs: GraphOutputs,
): ImportedModel {
  const { decision, classes, block } = outputs;
  const wanted = decision === undefined ? [block] : [block, decision.block];
  const { before, model, after, placeOf } = splitSteps(list, wanted, file);
  return new ImportedModel({
    source: "onnx",
    task: decision === undefined ? "regressor" : "classifier",
    inputs,
    before,
    model,
    after,
    output: placeOf(block),
    decision: decision === undefined ? undefined : { ...decision, block: placeOf(decision.block) },
    classes,
  });
}

/** Operators that say what kind of model a graph holds. */
const reasons: Readonly<Record<string, string>> = {
  CDist: "stored",
  Scan: "stored",
  Conv: "network",
  GRU: "network",
  LSTM: "network",
  TfIdfVectorizer: "words",
  Tokenizer: "words",
  StringNormalizer: "words",
};

const explained: Readonly<Record<string, readonly [string, string]>> = {
  stored: [
    "compares a row with stored rows, as nearest neighbours, Gaussian processes and kernels do",
    "Train trees or a linear model",
  ],
  network: [
    "is a layer of a network, and trees and linear models are imported",
    "Write the network as a function and compile that",
  ],
  words: ["takes texts apart", "Count words before, and export what follows"],
};

function unknownOperator(node: OnnxNode): Error {
  const [problem, cure] = explained[reasons[node.operator] ?? ""] ?? [];
  if (problem !== undefined && cure !== undefined) {
    const name = node.name === "" ? (node.outputs[0] ?? "") : node.name;
    return unsupportedModel(`ONNX node ${node.operator} "${name}"`, problem, cure);
  }
  const domain = node.domain === "" ? "ai.onnx" : node.domain;
  const known = [...Object.keys(mlOperators), ...Object.keys(mainOperators)].join(", ");
  return unsupportedModel(
    `ONNX node ${node.operator} "${node.name === "" ? (node.outputs[0] ?? "") : node.name}"`,
    `the operator ${node.operator} of the domain ${domain} is not imported`,
    `Known are ${known}`,
  );
}
