import { archiveHolds } from "../artifact/archive.js";
import { VelumError } from "../base/error.js";
import type { Circuit } from "../circuit/circuit.js";
import type { CompileOptions } from "../circuit/compile-options.js";
import { importLightgbm } from "../import/boosters/lightgbm.js";
import { importXgboost } from "../import/boosters/xgboost.js";
import { modelKind } from "../import/files/model-bytes.js";
import { ImportedModel } from "../import/model/imported-model.js";
import type { ImportedParams } from "../import/model/imported-params.js";
import { importOnnx } from "../import/onnx/import-onnx.js";
import type { Label } from "../import/steps/steps.js";
import { modelClass } from "../models/model-file.js";
import { Pipeline } from "../models/pipeline/pipeline.js";
import { type Options, usageError } from "./arguments.js";
import { choiceOf, flagWord, numberOf, type OptionWord } from "./option-texts.js";
import { type OwnModel, ownModels } from "./own-models.js";
import { numbersOf } from "./read-samples.js";

/** A fitted model that waits for rows. */
export interface LoadedModel {
  compile(x: Label[][], options: Partial<CompileOptions>): Promise<Circuit>;
}

/** Settings of an imported model as words of the command line; one without an entry does not compile. */
export const modelWords: {
  readonly [K in keyof ImportedParams]: OptionWord<ImportedParams[K]>;
} = {
  nBits: {
    ...{ word: "n-bits", shown: "N|NAME=N,..." },
    help: "features, leaves, sums of trees, or inputs, weights; default: exact splits, 8 for linear models",
    read: readBits,
  },
  foldPreprocessing: flagWord(
    "fold-preprocessing",
    "linear models: scalers and PCA go into the weights",
  ),
  result: {
    ...{ word: "result", shown: "scores|class|top=K|above=T[,T...]" },
    help: "the server finds the class, the K likeliest, or whether values are above T; scores stay there",
    read: readResult,
  },
};

export const modelWordList: readonly OptionWord<unknown>[] = Object.values(modelWords);

/**
 * A model file of XGBoost, LightGBM or ONNX, or one that Velum's `dump` wrote. Errors: those of the importers, `file-foreign` for files
 * that nothing reads; `bad-argument` for settings of a model that has its own.
 */
export function loadModel(bytes: Uint8Array, path: string, options: Options): LoadedModel {
  const kind = modelKind(bytes);
  if (kind?.importer === "importXgboost") return imported(importXgboost(bytes), options);
  if (kind?.importer === "importLightgbm") return imported(importLightgbm(bytes), options);
  if (kind?.importer === "importOnnx") return imported(importOnnx(bytes), options);
  if (!archiveHolds(bytes, "model.json") && !archiveHolds(bytes, "model.zip")) {
    throw noModel(path, kind);
  }
  const pipeline = archiveHolds(bytes, "steps.json");
  if (!pipeline && modelClass(bytes) === "ImportedModel") {
    return imported(ImportedModel.load(bytes), options);
  }
  const given = modelWordList.find(({ word }) => options[word] !== undefined);
  if (given !== undefined) {
    throw usageError(
      `--${given.word}`,
      `is for imported models, and ${path} is fitted with its own`,
    );
  }
  const model = pipeline ? Pipeline.load(bytes, loadOwn) : loadOwn(bytes);
  return { compile: (x, settings) => model.compile(x.map(numbersOf), settings) };
}

function loadOwn(bytes: Uint8Array): OwnModel {
  const name = modelClass(bytes);
  const load = ownModels[name];
  if (load !== undefined) return load(bytes);
  throw new VelumError({
    code: "file-kind",
    path: "model file",
    problem: `holds a ${name}, which this version does not know`,
    cure: "Use the version that wrote it",
  });
}

function imported(model: ImportedModel, options: Options): LoadedModel {
  const { nBits, foldPreprocessing, result } = modelWords;
  const [bits, fold, form] = [nBits, foldPreprocessing, result].map(({ word }) => options[word]);
  return model.setParams({
    ...(bits === undefined ? {} : { nBits: nBits.read(bits) }),
    ...(fold === undefined ? {} : { foldPreprocessing: foldPreprocessing.read(fold) }),
    ...(form === undefined ? {} : { result: result.read(form) }),
  });
}

function readBits(text: string): ImportedParams["nBits"] {
  if (text === "thresholds") return text;
  if (!text.includes("=")) return numberOf(text, "--n-bits");
  const pairs = text.split(",").map((pair): [string, number] => {
    const [name = "", bits = ""] = pair.split("=");
    const known = choiceOf(["features", "leaves", "sums", "inputs", "weights"], name, "--n-bits");
    return [known, numberOf(bits, `--n-bits ${name}`)];
  });
  const { inputs, weights, ...trees } = Object.fromEntries(pairs);
  return inputs === undefined || weights === undefined ? trees : { inputs, weights };
}

function readResult(text: string): ImportedParams["result"] {
  const [name = "", value] = text.split("=");
  if (value === undefined) return choiceOf(["scores", "class"], text, "--result");
  const known = choiceOf(["top", "above"], name, "--result");
  if (known === "top") return { top: numberOf(value, "--result top") };
  const limits = value.split(",").map((limit) => numberOf(limit, "--result above"));
  const [first = Number.NaN, ...more] = limits;
  return { above: more.length === 0 ? first : limits };
}

function noModel(path: string, kind: ReturnType<typeof modelKind>): VelumError {
  return new VelumError({
    code: "file-foreign",
    path,
    problem:
      kind === undefined
        ? "is neither a program (.mjs, .js, .ts) nor a model file"
        : `is ${kind.what}, and no model that can be compiled`,
    cure:
      kind === undefined || kind.importer !== ""
        ? "Give a model of XGBoost (.json, .ubj), LightGBM (.txt), ONNX (.onnx), or one that dump wrote"
        : kind.cure,
  });
}
