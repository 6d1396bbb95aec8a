import { VelumError } from "../base/error.js";
import { checkParameters } from "../tfhe/parameter-id.js";
import type {
  BootstrapParameters,
  CryptoParameters,
  Gadget,
  GlweParameters,
  PackingParameters,
} from "../tfhe/parameters.js";
import { type BitsLayout, ggswLayout, packedLayout } from "../tfhe/wire-bits.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import type { JsonFields } from "./json-fields.js";

/** Most inputs, outputs or stages of a circuit. */
export const mostEntries = 65536;
/** Most numbers of one input vector or one output. */
export const mostNumbers = 2 ** 24;

/** Addresses stay within what 32-bit code reaches. */
export const mostBytes = 2 ** 31 - 64;
/** Bytes of which places are handed out in multiples. */
export const placeUnit = 64;

/** The format of a file. Error `file-version` unless it is one that this release reads: 1 to `limit`. */
export function checkFormat(file: string, actual: unknown, limit: number): number {
  if (typeof actual === "number" && Number.isInteger(actual) && actual >= 1 && actual <= limit) {
    return actual;
  }
  const read = limit === 1 ? "format 1" : `formats 1 to ${limit}`;
  throw new VelumError({
    code: "file-version",
    path: file,
    problem: `is in format ${typeof actual === "number" ? actual : "unknown"}, and this release reads ${read}`,
    limit,
    ...(typeof actual === "number" ? { actual } : {}),
    cure: "Use the release of Velum that wrote it, or compile the circuit anew",
  });
}

/**
 * Parameters that the kernels can work with, from a file of format `format`: format 1 had one set at most, with the extension of all
 * rotations in it. Errors: `file-corrupt` for types, `bad-argument` as `checkParameters`.
 */
export function readParameters(fields: JsonFields, format: number): CryptoParameters {
  const own = fields.object("glwe");
  const glwe: GlweParameters = {
    dimension: anyInteger(own, "dimension"),
    polynomialSize: anyInteger(own, "polynomialSize"),
    noiseLog2: anyInteger(own, "noiseLog2"),
  };
  const parameters: CryptoParameters = {
    glwe,
    ...(format === 1 ? firstFormat(fields) : laterFormat(fields)),
    ...(fields.has("packing") ? { packing: readPacking(fields.object("packing")) } : {}),
    ...(fields.has("publicKey") && fields.flag("publicKey") ? { publicKey: true } : {}),
  };
  checkParameters(parameters);
  return parameters;
}

function laterFormat(fields: JsonFields): Pick<CryptoParameters, "bootstraps"> {
  return { bootstraps: fields.objects("bootstraps", mostEntries, readBootstrap) };
}

function firstFormat(fields: JsonFields): Pick<CryptoParameters, "bootstraps" | "extensionLog2"> {
  if (!fields.has("bootstrap")) return { bootstraps: [] };
  const bootstrap = fields.object("bootstrap");
  const extensionLog2 = anyInteger(bootstrap, "extensionLog2");
  return { bootstraps: [readBootstrap(bootstrap)], extensionLog2 };
}

function readBootstrap(fields: JsonFields): BootstrapParameters {
  const lwe = fields.object("lwe");
  return {
    lwe: { dimension: anyInteger(lwe, "dimension"), noiseLog2: anyInteger(lwe, "noiseLog2") },
    bootstrapGadget: readGadget(fields.object("bootstrapGadget")),
    keySwitchGadget: readGadget(fields.object("keySwitchGadget")),
  };
}

function readPacking(fields: JsonFields): PackingParameters {
  return {
    expansionLevels: anyInteger(fields, "expansionLevels"),
    keyedLevels: fields.list("keyedLevels", 16, (value, at) => {
      if (typeof value === "number" && Number.isInteger(value)) return value;
      throw fields.misfit("keyedLevels", `${at} is not an integer`);
    }),
    expansionGadget: readGadget(fields.object("expansionGadget")),
    conversionGadget: readGadget(fields.object("conversionGadget")),
  };
}

function readGadget(fields: JsonFields): Gadget {
  return { baseLog: anyInteger(fields, "baseLog"), levels: anyInteger(fields, "levels") };
}

/** The layout of encrypted bits; how many coefficients travel follows from the rest. */
export function readBitsLayout(
  fields: JsonFields,
  { glwe, packing }: CryptoParameters,
): BitsLayout {
  const packed = fields.text("form", /^(ggsw|packed)$/) === "packed";
  if (packed !== (packing !== undefined)) {
    throw fields.misfit("form", "is none that the parameters have");
  }
  const gadget = readGadget(fields.object("gadget"));
  const bits = gadget.baseLog * gadget.levels;
  if (gadget.baseLog < 1 || gadget.levels < 1 || gadget.levels > 4 || bits > 32) {
    throw fields.misfit("gadget", "is none that the kernels compute with");
  }
  const length = fields.integer("length", 1, mostNumbers);
  const bodyBits = fields.integer("bodyBits", 1, 64);
  if (packing === undefined) return ggswLayout(glwe, length, gadget, bodyBits);
  return packedLayout(glwe, length, gadget, bodyBits, packing.expansionLevels);
}

/** The layout of one output under `glwe`. */
export function readOutputLayout(fields: JsonFields, glwe: GlweParameters): OutputLayout {
  const wordBits = fields.integer("wordBits", 1, 64);
  const form = fields.text("form", /^(glwe|lwe)$/);
  if (form === "lwe") {
    return { form: "lwe", wordBits, count: fields.integer("count", 1, mostNumbers) };
  }
  const { polynomialSize } = glwe;
  const coefficients = fields.list("coefficients", mostEntries, (value, at) => {
    if (!Array.isArray(value) || value.length > polynomialSize || value.length === 0) {
      throw fields.misfit("coefficients", "lists no coefficients, or more than a polynomial has");
    }
    return value.map((item: unknown) => {
      if (typeof item !== "number" || !Number.isInteger(item)) {
        throw fields.misfit("coefficients", `${at} holds something else than integers`);
      }
      if (item >= 0 && item < polynomialSize) return item;
      throw fields.misfit(
        "coefficients",
        `${at} holds ${item}, and may hold 0 to ${polynomialSize - 1}`,
      );
    });
  });
  return { form: "glwe", wordBits, coefficients };
}

/** Its range is checked later, with all parameters at hand. */
function anyInteger(fields: JsonFields, name: string): number {
  return fields.integer(name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

/** A multiple of the unit in which places are handed out: vectors need it. */
export function readUnits(fields: JsonFields, name: string, least: number, most: number): number {
  const value = fields.integer(name, least, most);
  if (value % placeUnit === 0) return value;
  throw fields.misfit(name, `is ${value}, not a multiple of ${placeUnit}`);
}
