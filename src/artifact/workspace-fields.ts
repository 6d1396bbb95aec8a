import type { CryptoParameters } from "../tfhe/parameters.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { type InputPartLayout, inputBodyBytes } from "../tfhe/wire-input.js";
import { outputDataBytes } from "../tfhe/wire-output.js";
import type { JsonFields } from "./json-fields.js";
import type { FeedInfo, PlaceInfo, ServerManifest } from "./server-manifest.js";
import {
  mostBytes,
  mostEntries,
  mostNumbers,
  placeUnit,
  readBitsLayout,
  readOutputLayout,
  readUnits,
} from "./shared-fields.js";

/** Parts of a request: numbers and bits. */
const mostParts = 2;
/** The expansion of an upload reads whole words. */
const uploadSlackBytes = 8;

/** What of a manifest says where a request's data lie. */
export type WorkspaceInfo = Pick<
  ServerManifest,
  "inputs" | "outputs" | "requestBytes" | "uploadPlaces" | "outputPlaces"
>;

/** Parts of a request and its results, each within the workspace. Error `file-corrupt`. */
export function readWorkspace(fields: JsonFields, parameters: CryptoParameters): WorkspaceInfo {
  const { glwe } = parameters;
  const requestBytes = readUnits(fields, "requestBytes", placeUnit, mostBytes);
  const uploads = readUploads(fields, parameters, requestBytes);
  const outputs = fields.objects("outputs", mostEntries, (own) => readOutputLayout(own, glwe));
  if (outputs.length === 0) throw fields.misfit("outputs", "is empty");
  const outputPlaces = fields.objects("outputPlaces", outputs.length, (own) =>
    readPlace(own, requestBytes),
  );
  if (outputs.some((layout, i) => outputPlaces[i]?.bytes !== outputDataBytes(glwe, layout))) {
    throw fields.misfit("outputPlaces", "does not hold the outputs");
  }
  return { ...uploads, outputs, requestBytes, outputPlaces };
}

function readUploads(
  fields: JsonFields,
  parameters: CryptoParameters,
  requestBytes: number,
): Pick<WorkspaceInfo, "inputs" | "uploadPlaces"> {
  // Format 1 knew one vector alone.
  const old = fields.has("input");
  const inputs = old
    ? [readInputPart(fields.object("input"), parameters)]
    : fields.objects("inputs", mostParts, (own) => readInputPart(own, parameters));
  const uploadPlaces = old
    ? [fields.integer("uploadPlace", 0, requestBytes)]
    : fields.integers("uploadPlaces", mostParts, 0, requestBytes);
  checkUploads(fields, inputs, uploadPlaces, requestBytes);
  return { inputs, uploadPlaces };
}

function readInputPart(fields: JsonFields, parameters: CryptoParameters): InputPartLayout {
  const length = fields.integer("length", 1, mostNumbers);
  const bodyBits = fields.integer("bodyBits", 1, 64);
  if (!fields.has("form")) return { length, bodyBits };
  return readBitsLayout(fields, parameters);
}

/** Every part lies within a request's workspace, where vectors may read it. */
function checkUploads(
  fields: JsonFields,
  inputs: readonly InputPartLayout[],
  places: readonly number[],
  requestBytes: number,
): void {
  if (inputs.length === 0) throw fields.misfit("inputs", "is empty");
  const fits = inputs.every((layout, part) => {
    const place = places[part] ?? -1;
    const bytes = seedBytes + inputBodyBytes(layout) + uploadSlackBytes;
    return place >= 0 && place % placeUnit === 0 && place + bytes <= requestBytes;
  });
  if (!fits || places.length !== inputs.length) {
    throw fields.misfit("uploadPlaces", "does not hold the parts of a request");
  }
}

/** A block of a request's workspace. */
export function readPlace(fields: JsonFields, requestBytes: number): PlaceInfo {
  const bytes = fields.integer("bytes", 1, requestBytes);
  return { offset: readUnits(fields, "offset", 0, requestBytes - bytes), bytes };
}

/** Places within a request's workspace: ciphertexts of earlier answers are written there. */
export function readFeed(fields: JsonFields, manifest: ServerManifest): FeedInfo {
  const { parameters, requestBytes, stages } = manifest;
  const words = parameters.glwe.dimension * parameters.glwe.polynomialSize + 1;
  const stride = Math.ceil((words * 4) / placeUnit) * placeUnit;
  return {
    stages: fields.integer("stages", 0, stages.length),
    parameters: fields.integer("parameters", 1, mostEntries),
    inputs: fields.objects("inputs", mostEntries, (own) => {
      const count = own.integer("count", 1, mostNumbers);
      return {
        name: own.text("name"),
        count,
        place: readUnits(own, "place", 0, requestBytes - count * stride),
        from: own.objects("from", mostEntries, (from) => ({
          function: from.text("function"),
          output: from.integer("output", 0, mostEntries),
        })),
      };
    }),
  };
}
