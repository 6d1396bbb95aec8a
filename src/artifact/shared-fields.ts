import { VelumError } from "../base/error.js";
import { checkParameters } from "../tfhe/parameter-id.js";
import type {
  CryptoParameters,
  Gadget,
  GlweParameters,
  PackingParameters,
} from "../tfhe/parameters.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import type { JsonFields } from "./json-fields.js";

/** Most inputs, outputs or stages of a circuit. */
export const mostEntries = 65536;
/** Most numbers of one input vector or one output. */
export const mostNumbers = 2 ** 24;

/** Error `file-version` unless a file's format is the one that this release reads. */
export function checkFormat(file: string, actual: unknown, limit: number): void {
  if (actual === limit) return;
  throw new VelumError({
    code: "file-version",
    path: file,
    problem: `is in format ${typeof actual === "number" ? actual : "unknown"}, and this release reads format ${limit}`,
    limit,
    ...(typeof actual === "number" ? { actual } : {}),
    cure: "Use the release of Velum that wrote it, or compile the circuit anew",
  });
}

/** Parameters that the kernels can work with. Errors: `file-corrupt` for types, `bad-argument` as `checkParameters`. */
export function readParameters(fields: JsonFields): CryptoParameters {
  const glwe = fields.object("glwe");
  const parameters: CryptoParameters = {
    glwe: {
      dimension: anyInteger(glwe, "dimension"),
      polynomialSize: anyInteger(glwe, "polynomialSize"),
      noiseLog2: anyInteger(glwe, "noiseLog2"),
    },
    ...(fields.has("bootstrap") ? { bootstrap: readBootstrap(fields.object("bootstrap")) } : {}),
    ...(fields.has("packing") ? { packing: readPacking(fields.object("packing")) } : {}),
  };
  checkParameters(parameters);
  return parameters;
}

function readBootstrap(fields: JsonFields): NonNullable<CryptoParameters["bootstrap"]> {
  const lwe = fields.object("lwe");
  return {
    lwe: { dimension: anyInteger(lwe, "dimension"), noiseLog2: anyInteger(lwe, "noiseLog2") },
    bootstrapGadget: readGadget(fields.object("bootstrapGadget")),
    keySwitchGadget: readGadget(fields.object("keySwitchGadget")),
    extensionLog2: anyInteger(fields, "extensionLog2"),
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
