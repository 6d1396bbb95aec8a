import type { JsonValue } from "../../artifact/client-file.js";
import { LinearCoded } from "../../models/linear/linear-coded.js";
import { QuantizedLinearModel } from "../../models/linear/quantized-linear.js";
import { classPairs } from "../../models/ranking.js";
import { readTreesCoded } from "../../models/trees/trees-coded.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { fieldsOf } from "../../quantize/json-checks.js";
import { TreeCoding } from "../../quantize/tree-coding.js";
import { corrupt, frameJson, readFrame } from "../client/frame-json.js";
import { ImportedCoding } from "../client/imported-coding.js";
import { type ImportedParts, outputsOfModel } from "../steps/imported-parts.js";
import type { LinearStep, TreesStep } from "../steps/steps.js";
import { readSteps, stepJson } from "../steps/steps-json.js";
import type { QuantizedImport } from "./quantize-imported.js";

/** The parts of an imported model as JSON; every double survives exactly. */
export function partsJson(parts: ImportedParts): JsonValue {
  const { source, task, model } = parts;
  const frame = frameJson({ ...parts, from: model.from });
  return { source, task, ...frame, model: stepJson(model) };
}

/** Reads what `partsJson` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
export function readParts(value: unknown, path: string): ImportedParts {
  const { source, task, model: form } = fieldsOf(value);
  let model: TreesStep | LinearStep | undefined;
  const { from, ...frame } = readFrame(
    value,
    (blocks) => {
      const [step] = readSteps([form], blocks, `${path} model`).steps;
      if (step?.kind !== "trees" && step?.kind !== "linear") throw corrupt(path, "has no model");
      model = step;
      return { features: blocks[step.from]?.columns ?? 0, outputs: outputsOfModel(step) };
    },
    path,
  );
  if (model === undefined || model.from !== from) throw corrupt(path, "has no model");
  const known = source === "onnx" || source === "xgboost" || source === "lightgbm";
  const tasked = task === "classifier" || task === "regressor";
  if (!known || !tasked || (task === "classifier") !== (frame.decision !== undefined)) {
    throw corrupt(path, "does not say what it is");
  }
  return { source, task, ...frame, model };
}

function readDecided(value: unknown, coding: ClassifierCoding, path: string) {
  const { quantized: form, votes } = fieldsOf(value);
  const quantized = QuantizedLinearModel.fromJSON(form, path);
  const { length } = coding.classes;
  if (coding.result === "class" && quantized.outputs === classPairs(length).length) {
    return new LinearCoded(coding, quantized, { ranking: length, votes: votes === true });
  }
  throw corrupt(path, "has other scores than its client reads");
}

/** Reads the integer model of a model file. Errors: `file-corrupt`. */
export function readCoded(
  { model, coding }: { readonly model: unknown; readonly coding: unknown },
  path: string,
): QuantizedImport {
  const read = ImportedCoding.fromJSON(coding, `${path} coding`);
  const own = read.model;
  if (own instanceof ClassifierCoding)
    return { coded: readDecided(model, own, path), coding: read };
  const coded =
    own instanceof TreeCoding
      ? readTreesCoded(model, JSON.parse(JSON.stringify(own)))
      : new LinearCoded(own, QuantizedLinearModel.fromJSON(fieldsOf(model)["quantized"], path), {
          signs: own.result === "bit",
        });
  const outputs = coded instanceof LinearCoded ? coded.quantized.outputs : coded.trees.outputs;
  const scored = !read.decided || !(own instanceof TreeCoding);
  if (scored && outputs !== read.outputs)
    throw corrupt(path, "has other scores than its client reads");
  return { coded, coding: read };
}
