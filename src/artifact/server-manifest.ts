import {
  bootstrapShape,
  isBootstrap,
  type RotationShape,
  tableWords,
} from "../tfhe/bootstrap-shape.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { type InputPartLayout, inputBodyBytes } from "../tfhe/wire-input.js";
import { type OutputLayout, outputDataBytes } from "../tfhe/wire-output.js";
import { type ClearInfo, readClearInfo } from "./clear-info.js";
import type { JsonFields } from "./json-fields.js";
import {
  checkFormat,
  mostEntries,
  mostNumbers,
  readBitsLayout,
  readOutputLayout,
  readParameters,
} from "./shared-fields.js";

/**
 * 2: several sets of bootstrap parameters, a shape for every kind of look-up, several parts of a request. 3: clear parameters travel as
 * they are; files without any are still of format 2.
 */
export const serverFormat = 3;
/** Of files without clear parameters. */
export const plainServerFormat = 2;

/** One stage as the runtime sees it. */
export interface StageInfo {
  readonly kernel: string;
  readonly items: number;
  readonly heavy: boolean;
  /** Of a bootstrap: position in `shapes`. */
  readonly shape?: number;
}

/** A step that readies the constants when a program is loaded; see `src/codegen/stage.ts`. */
export interface PreparationInfo {
  readonly kind: "copy" | "weights" | "tables";
  readonly from: number;
  readonly to: number;
  readonly bytes?: number;
  readonly count?: number;
  readonly precision?: number;
  readonly extensionLog2?: number;
  readonly tablesLog2?: number;
}

/** A bootstrap shape among the loaded constants. */
export interface ShapeInfo extends RotationShape {
  readonly place: number;
}

/** A part of a request's workspace. */
export interface PlaceInfo {
  readonly offset: number;
  readonly bytes: number;
}

/** A parameter that may take an earlier answer. */
export interface FeedInput {
  readonly name: string;
  /** Offset of its LWE ciphertexts in a request's workspace. */
  readonly place: number;
  readonly count: number;
  /** Outputs that may feed it: functions of the same module, by name. */
  readonly from: readonly { readonly function: string; readonly output: number }[];
}

/** How a circuit takes earlier answers as inputs. */
export interface FeedInfo {
  /** The first stages do nothing but turn an upload into LWE ciphertexts. */
  readonly stages: number;
  /** Parameters of the function, those included that cannot be fed. */
  readonly parameters: number;
  readonly inputs: readonly FeedInput[];
}

/** What a server must know of a circuit besides its code. */
export interface ServerManifest {
  readonly format: number;
  readonly name: string;
  readonly parameters: CryptoParameters;
  /** Parts of a request, in the order in which they travel. */
  readonly inputs: readonly InputPartLayout[];
  readonly outputs: readonly OutputLayout[];
  readonly stages: readonly StageInfo[];
  readonly preparations: readonly PreparationInfo[];
  readonly constantBytes: number;
  readonly requestBytes: number;
  /** Place of each part's seed and bodies in a request's workspace. */
  readonly uploadPlaces: readonly number[];
  readonly outputPlaces: readonly PlaceInfo[];
  /** Gets fresh secret randomness in every run, where answers are protected. */
  readonly randomPlace?: PlaceInfo;
  readonly shapes: readonly ShapeInfo[];
  readonly largestRead: number;
  readonly largestSlots: number;
  /** Of a function of a module: number of its first stage in the program that all functions share; absent for 0. */
  readonly firstStage?: number;
  readonly feed?: FeedInfo;
  /** Present where parameters are clear. Format 3. */
  readonly clear?: ClearInfo;
}

/** Parts of a request: numbers and bits. */
const mostParts = 2;
const mostSlots = 4096;
/** Addresses stay within what 32-bit code reaches. */
const mostBytes = 2 ** 31 - 64;
/** The expansion of an upload reads whole words. */
const uploadSlackBytes = 8;
const placeUnit = 64;
const largestExtensionLog2 = 9;

/**
 * Reads the manifest of a server file and checks that everything the host does by it stays within the blocks it allocates: constants
 * of `constantBytes`, requests of `requestBytes`, and `constants` as they travel. Errors: `file-version`, `file-corrupt`, `bad-argument`.
 */
export function readServerManifest(fields: JsonFields, constants: Uint8Array): ServerManifest {
  const format = checkFormat("server file", fields.value("format"), serverFormat);
  const parameters = readParameters(fields.object("parameters"), format);
  const { glwe } = parameters;
  const constantBytes = fields.integer("constantBytes", 0, mostBytes);
  const requestBytes = unit(fields, "requestBytes", placeUnit, mostBytes);
  // Format 1 knew one vector alone.
  const old = fields.has("input");
  const inputs = old
    ? [readInputPart(fields.object("input"), parameters)]
    : fields.objects("inputs", mostParts, (own) => readInputPart(own, parameters));
  const uploadPlaces = old
    ? [fields.integer("uploadPlace", 0, requestBytes)]
    : fields.integers("uploadPlaces", mostParts, 0, requestBytes);
  checkUploads(fields, inputs, uploadPlaces, requestBytes);
  const outputs = fields.objects("outputs", mostEntries, (own) => readOutputLayout(own, glwe));
  if (outputs.length === 0) throw fields.misfit("outputs", "is empty");
  const outputPlaces = fields.objects("outputPlaces", outputs.length, (own) =>
    readPlace(own, requestBytes),
  );
  if (outputs.some((layout, i) => outputPlaces[i]?.bytes !== outputDataBytes(glwe, layout))) {
    throw fields.misfit("outputPlaces", "does not hold the outputs");
  }
  const read = Math.max(0, ...outputs.map(mostRead));
  const shapes = readShapes(fields, parameters, constantBytes, format);
  const manifest: ServerManifest = {
    format,
    name: fields.text("name"),
    parameters,
    inputs,
    outputs,
    stages: fields.objects("stages", mostEntries, (own) => readStage(own, shapes.length, format)),
    preparations: fields.objects("preparations", mostEntries, (own) =>
      readPreparation(own, parameters, constants.length, constantBytes),
    ),
    constantBytes,
    requestBytes,
    uploadPlaces,
    outputPlaces,
    shapes,
    largestRead: fields.integer("largestRead", Math.max(1, read), glwe.polynomialSize),
    largestSlots: old ? 0 : fields.integer("largestSlots", 0, mostSlots),
  };
  const whole = {
    ...manifest,
    ...(fields.has("firstStage")
      ? { firstStage: fields.integer("firstStage", 0, mostEntries) }
      : {}),
    ...(fields.has("randomPlace")
      ? { randomPlace: readPlace(fields.object("randomPlace"), requestBytes) }
      : {}),
    ...(fields.has("clear")
      ? { clear: readClearInfo(fields.object("clear"), glwe.polynomialSize, requestBytes) }
      : {}),
    ...(fields.has("feed") ? { feed: readFeed(fields.object("feed"), manifest) } : {}),
  };
  if (parameters.publicKey === true && whole.randomPlace === undefined) {
    throw fields.misfit("randomPlace", "is missing");
  }
  checkOverlap(fields, manifest);
  checkShapes(fields, manifest, constants);
  return whole;
}

function readPlace(fields: JsonFields, requestBytes: number): PlaceInfo {
  const bytes = fields.integer("bytes", 1, requestBytes);
  return { offset: unit(fields, "offset", 0, requestBytes - bytes), bytes };
}

/** Places within a request's workspace: ciphertexts of earlier answers are written there. */
function readFeed(fields: JsonFields, manifest: ServerManifest): FeedInfo {
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
        place: unit(own, "place", 0, requestBytes - count * stride),
        from: own.objects("from", mostEntries, (from) => ({
          function: from.text("function"),
          output: from.integer("output", 0, mostEntries),
        })),
      };
    }),
  };
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

/** Format 1 had one shape at most, with the extension of the parameters. */
function readShapes(
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

function mostRead(layout: OutputLayout): number {
  if (layout.form === "lwe") return 1;
  return layout.coefficients.reduce((most, { length }) => Math.max(most, length), 0);
}

function readStage(fields: JsonFields, shapes: number, format: number): StageInfo {
  const stage = {
    kernel: fields.text("kernel", /^velum_stage_[a-z_]+$/),
    items: fields.integer("items", 1, mostNumbers),
    heavy: fields.flag("heavy"),
  };
  if (!isBootstrap(stage)) return stage;
  return { ...stage, shape: format === 1 ? 0 : fields.integer("shape", 0, shapes - 1) };
}

/** What is read lies within the travelling constants, what is written within the loaded ones. */
function readPreparation(
  fields: JsonFields,
  parameters: CryptoParameters,
  rawBytes: number,
  loadedBytes: number,
): PreparationInfo {
  const kind = fields.text("kind", /^(copy|weights|tables)$/);
  const places = (readBytes: number, writtenBytes: number) => ({
    from: unit(fields, "from", 0, rawBytes - readBytes),
    to: unit(fields, "to", 0, loadedBytes - writtenBytes),
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
function checkOverlap(fields: JsonFields, { preparations, parameters }: ServerManifest): void {
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

/** The bootstrap shapes that kernels read are those of the parameters: scratch and keys are sized by them. */
function checkShapes(fields: JsonFields, manifest: ServerManifest, constants: Uint8Array): void {
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

/** A multiple of the unit in which places are handed out: vectors need it. */
function unit(fields: JsonFields, name: string, least: number, most: number): number {
  const value = fields.integer(name, least, most);
  if (value % placeUnit === 0) return value;
  throw fields.misfit(name, `is ${value}, not a multiple of ${placeUnit}`);
}
