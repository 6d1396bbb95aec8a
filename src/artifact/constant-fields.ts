import { bootstrapShape, isBootstrap, tableWords } from "../tfhe/bootstrap-shape.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { JsonFields } from "./json-fields.js";
import type { PreparationInfo, ServerManifest, ShapeInfo } from "./server-manifest.js";
import { mostEntries, mostNumbers, readUnits } from "./shared-fields.js";

const largestExtensionLog2 = 9;

/** Format 1 had one shape at most, with the extension of the parameters. */
export function readShapes(
  fields: JsonFields,
  parameters: CryptoParameters,
  constantBytes: number,
  format: number,
): readonly ShapeInfo[] {
  if (format === 1) {
    const place = fields.integer("shapePlace", -1, constantBytes);
    const { extensionLog2 = 0 } = parameters;
    return place === -1 ? [] : [{ place, set: 0, extensionLog2, tablesLog2: 0 }];
  }
  return fields.objects("shapes", mostEntries, (own) => {
    return {
      place: own.integer("place", 0, constantBytes),
      set: own.integer("set", 0, parameters.bootstraps.length - 1),
      extensionLog2: own.integer("extensionLog2", 0, largestExtensionLog2),
      tablesLog2: own.integer("tablesLog2", 0, Math.log2(parameters.glwe.polynomialSize)),
    };
  });
}

/** The bootstrap shapes that kernels read are those of the parameters: scratch and keys are sized by them. */
export function checkShapes(
  fields: JsonFields,
  manifest: ServerManifest,
  constants: Uint8Array,
): void {
  const { format, parameters, preparations, shapes } = manifest;
  const name = format === 1 ? "shapePlace" : "shapes";
  if (parameters.bootstraps.length === 0 && shapes.length > 0) {
    throw fields.misfit(name, "names a shape that the parameters do not have");
  }
  // A function of a module may look nothing up while others do.
  const looksUp = manifest.stages.some(isBootstrap);
  if (looksUp && shapes.length === 0) {
    throw fields.misfit(name, "holds another shape than that of the parameters");
  }
  for (const shape of shapes) {
    const expected = bootstrapShape(parameters, shape);
    const copy = preparations.find(({ kind, to }) => kind === "copy" && to === shape.place);
    const bytes = constants.slice(copy?.from ?? 0, (copy?.from ?? 0) + expected.byteLength);
    const fits =
      copy?.bytes === expected.byteLength &&
      new Int32Array(bytes.buffer).every((word, index) => word === expected[index]);
    if (!fits) throw fields.misfit(name, "holds another shape than that of the parameters");
  }
}

/** What is read lies within the travelling constants, what is written within the loaded ones. */
export function readPreparation(
  fields: JsonFields,
  parameters: CryptoParameters,
  rawBytes: number,
  loadedBytes: number,
): PreparationInfo {
  const kind = fields.text("kind", /^(copy|weights|tables)$/);
  const places = (readBytes: number, writtenBytes: number) => ({
    from: readUnits(fields, "from", 0, rawBytes - readBytes),
    to: readUnits(fields, "to", 0, loadedBytes - writtenBytes),
  });
  if (kind === "copy") {
    const bytes = fields.integer("bytes", 0, rawBytes);
    return { kind, ...places(bytes, bytes), bytes };
  }
  const count = fields.integer("count", 0, mostNumbers);
  const N = parameters.glwe.polynomialSize;
  if (kind === "weights") return { kind, ...places(count * N * 4, count * N * 8), count };
  // Format 1 says it once, in the parameters.
  const extensionLog2 = fields.has("extensionLog2")
    ? fields.integer("extensionLog2", 0, largestExtensionLog2)
    : (parameters.extensionLog2 ?? 0);
  const words = tableWords(parameters, { extensionLog2 });
  const tablesLog2 = fields.has("tablesLog2")
    ? fields.integer("tablesLog2", 0, Math.log2(words) - 1)
    : 0;
  const precision = fields.integer("precision", 0, Math.log2(words) - tablesLog2);
  const entries = count * 2 ** (precision + tablesLog2);
  return {
    kind: "tables",
    ...places(entries * 4, count * words * 4),
    count,
    precision,
    extensionLog2,
    tablesLog2,
  };
}

/** Each preparation writes behind the one before it. */
export function checkOverlap(
  fields: JsonFields,
  { preparations, parameters }: ServerManifest,
): void {
  let end = 0;
  for (const preparation of preparations) {
    if (preparation.to < end) throw fields.misfit("preparations", "overlap");
    end = preparation.to + writtenBytes(preparation, parameters);
  }
}

function writtenBytes(
  { kind, bytes = 0, count = 0, extensionLog2 = 0 }: PreparationInfo,
  parameters: CryptoParameters,
): number {
  if (kind === "copy") return bytes;
  if (kind === "weights") return count * parameters.glwe.polynomialSize * 8;
  return count * tableWords(parameters, { extensionLog2 }) * 4;
}
