import { strToU8 } from "fflate";
import {
  type ArchiveFiles,
  archiveFile,
  archiveText,
  packArchive,
  unpackArchive,
} from "../../artifact/archive.js";
import { parseJson } from "../../artifact/json-fields.js";
import { VelumError } from "../../base/error.js";
import { fieldsOf } from "../../quantize/json-checks.js";
import type { ClientTransform } from "../../quantize/transforms/client-transform.js";
import { readTransforms } from "../../quantize/transforms/read-transform.js";
import type { Transformer } from "../preprocessing/transformer.js";
import { readTransformers, transformersJson } from "../preprocessing/transformers-json.js";

/** What a pipeline's file holds. */
export interface PipelineParts {
  /** Fitted. */
  readonly steps: readonly ClientTransform[];
  /** What steps were made by, with their parameters. */
  readonly transformers: readonly Transformer<object>[];
  readonly foldPreprocessing: boolean | readonly boolean[];
  /** The model's own file. */
  readonly model: Uint8Array;
}

/** Largest pipeline file, unpacked. */
const largestBytes = 2 ** 30;
const path = "pipeline file";
const settingsFile = "pipeline.json";

/** One file of a pipeline. */
export function writePipelineFile(parts: PipelineParts): Uint8Array<ArrayBuffer> {
  const { steps, transformers, foldPreprocessing, model } = parts;
  const settings = { foldPreprocessing, transformers: transformersJson(transformers) };
  return packArchive({
    "steps.json": strToU8(JSON.stringify(steps)),
    [settingsFile]: strToU8(JSON.stringify(settings)),
    "model.zip": model,
  });
}

/** Reads what `writePipelineFile` gave, from a file that nobody vouches for. Errors: `file-foreign`, `file-corrupt`, `file-too-large`. */
export function readPipelineFile(file: Uint8Array): PipelineParts {
  const files = unpackArchive(file, path, largestBytes);
  const steps = parseJson(archiveText(files, "steps.json", path), path, "steps.json");
  const model = archiveFile(files, "model.zip", path);
  return { steps: readTransforms(steps, path), ...settingsOf(files), model };
}

/** Transformers, unfitted, and settings; of an older file, none. */
function settingsOf(files: ArchiveFiles) {
  if (files[settingsFile] === undefined) return { transformers: [], foldPreprocessing: false };
  const read = fieldsOf(parseJson(archiveText(files, settingsFile, path), path, settingsFile));
  const { foldPreprocessing: fold } = read;
  const list: readonly unknown[] = Array.isArray(fold) ? fold : [fold];
  const booleans = list.filter((own) => typeof own === "boolean");
  if (booleans.length !== list.length) {
    throw new VelumError({
      code: "file-corrupt",
      path,
      problem: "foldPreprocessing is neither a boolean nor a list of them",
      cure: "Dump the pipeline again",
    });
  }
  return {
    transformers: readTransformers(read["transformers"], path),
    foldPreprocessing: Array.isArray(fold) ? booleans : booleans[0] === true,
  };
}
