import { strToU8 } from "fflate";
import { archiveText, packArchive, unpackArchive } from "../artifact/archive.js";
import type { JsonValue } from "../artifact/client-file.js";
import { parseJson } from "../artifact/json-fields.js";
import { VelumError } from "../base/error.js";
import { fieldsOf } from "../quantize/json-checks.js";

/** What a model file holds. */
export interface ModelParts {
  /** The estimator's class. */
  readonly name: string;
  readonly params: JsonValue;
  readonly fitted: unknown;
  /** The integer model, once inputs were known. */
  readonly coded: { readonly model: unknown; readonly coding: unknown } | undefined;
  /** Both files of the circuit, once compiled. */
  readonly files: CircuitFiles | undefined;
}

interface CircuitFiles {
  readonly clientFile: Uint8Array;
  readonly serverFile: Uint8Array;
}

const modelFormat = 1;
const path = "model file";
/** Unpacked. */
const largestBytes = 2 ** 30;

/** The model file as zip bytes: `model.json`, and `client.zip` and `server.zip` of the circuit. */
export function writeModelFile(content: object, circuit: CircuitFiles | undefined) {
  const model = { "model.json": strToU8(JSON.stringify({ format: modelFormat, ...content })) };
  if (circuit === undefined) return packArchive(model);
  const { clientFile, serverFile } = circuit;
  return packArchive({ ...model, "client.zip": clientFile, "server.zip": serverFile });
}

/**
 * Reads a model file of an estimator called `name`.
 * Errors: `file-foreign`, `file-corrupt`, `file-too-large`, `file-version`, `file-kind` for another estimator's.
 */
export function readModelFile(bytes: Uint8Array, name: string): ModelParts {
  const files = unpackArchive(bytes, path, largestBytes);
  const text = archiveText(files, "model.json", path);
  const fields = fieldsOf(parseJson(text, path, "model.json"));
  if (fields["format"] !== modelFormat) {
    throw refused(
      "file-version",
      `has format ${String(fields["format"])}, this version reads ${modelFormat}`,
    );
  }
  const { params, fitted, coded } = fields;
  if (fields["name"] !== name) {
    throw refused("file-kind", `holds a ${String(fields["name"])}, not a ${name}`);
  }
  const known: JsonValue = JSON.parse(JSON.stringify(params ?? {}));
  const { model, coding } = fieldsOf(coded);
  const clientFile = files["client.zip"];
  const serverFile = files["server.zip"];
  return {
    name,
    params: known,
    fitted,
    coded: coded === null || coded === undefined ? undefined : { model, coding },
    files: clientFile && serverFile ? { clientFile, serverFile } : undefined,
  };
}

/** The class whose `dump` wrote a model file. Errors: `file-foreign`, `file-corrupt`, `file-too-large`. */
export function modelClass(bytes: Uint8Array): string {
  const files = unpackArchive(bytes, path, largestBytes);
  const { name } = fieldsOf(parseJson(archiveText(files, "model.json", path), path, "model.json"));
  return String(name);
}

function refused(code: "file-version" | "file-kind", problem: string): VelumError {
  return new VelumError({
    code,
    path,
    problem,
    cure: "Load it with the class, and a version, of the model that was dumped",
  });
}

/** The error of a damaged model file. */
export function corruptModel(at: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path: at,
    problem,
    cure: "Dump the fitted model again",
  });
}
