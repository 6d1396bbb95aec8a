import { VelumError } from "../base/error.js";
import { contentHash, toHex } from "../base/hash.js";
import type {
  BootstrapParameters,
  CryptoParameters,
  Gadget,
  GlweParameters,
  PackingParameters,
} from "./parameters.js";

declare const parameterIdBrand: unique symbol;

/** 32 hexadecimal digits that name cryptographic parameters: the first half of the SHA-256 of their canonical JSON. */
export type ParameterId = string & { readonly [parameterIdBrand]: true };

/** Names `parameters`. The same values give the same name whatever their order in the object. */
export function parameterId(parameters: CryptoParameters): ParameterId {
  const text = new TextEncoder().encode(canonicalJson(namedFields(parameters)));
  return toHex(contentHash(text).subarray(0, 16)) as ParameterId;
}

/** Names from files of format 1 stay: there, one set had the extension in it, and circuits without look-ups had no set. */
function namedFields({ bootstraps, extensionLog2, ...others }: CryptoParameters): object {
  const [first] = bootstraps;
  if (first === undefined) return others;
  return extensionLog2 === undefined
    ? { ...others, bootstraps }
    : { ...others, bootstrap: { ...first, extensionLog2 } };
}

/** JSON with the keys of every object in alphabetical order, no white space and no absent entries. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(",")}}`;
}

const polynomialSizes = [512, 1024, 2048];
/** Far above every secure and useful set; keeps the sizes that files announce within memory. */
const largestBigDimension = 8192;
const largestLweDimension = 4096;
const mostBootstraps = 16;
const largestExtensionLog2 = 9;

/**
 * Refuses parameters that the kernels cannot work with, before any size is derived from them. Says nothing of their security.
 * Error `bad-argument` with the field as path.
 */
export function checkParameters(parameters: CryptoParameters): void {
  const { glwe, bootstraps, packing } = parameters;
  if (!polynomialSizes.includes(glwe.polynomialSize)) {
    throw refused("glwe.polynomialSize", glwe.polynomialSize, polynomialSizes.join(", "));
  }
  const dimensionLimit = largestBigDimension / glwe.polynomialSize;
  checkInteger("glwe.dimension", glwe.dimension, 1, dimensionLimit);
  checkInteger("glwe.noiseLog2", glwe.noiseLog2, 0, 62);
  checkInteger("bootstraps.length", bootstraps.length, 0, mostBootstraps);
  if (bootstraps.length === 0 && packing === undefined) return;
  // The external product is compiled for these shapes (kernels/external_product.h).
  const mostPolynomials = { 512: 5, 1024: 3 }[glwe.polynomialSize] ?? 1;
  checkInteger("glwe.dimension", glwe.dimension, 1, mostPolynomials);
  for (const [set, bootstrap] of bootstraps.entries()) {
    checkBootstrap(`bootstraps[${set}]`, bootstrap);
  }
  if (parameters.extensionLog2 !== undefined) {
    checkInteger("extensionLog2", parameters.extensionLog2, 0, largestExtensionLog2);
  }
  if (packing !== undefined) checkPacking(packing, glwe);
}

function checkPacking(packing: PackingParameters, glwe: GlweParameters): void {
  const { polynomialSize, dimension } = glwe;
  const { expansionLevels, keyedLevels } = packing;
  if (polynomialSize > 1024) throw refused("glwe.polynomialSize", polynomialSize, "512, 1024");
  checkInteger("glwe.dimension", dimension, 2, 5);
  const most = Math.log2(polynomialSize);
  checkInteger("packing.expansionLevels", expansionLevels, 1, most);
  keyedLevels.forEach((level, index) => {
    const least = (keyedLevels[index - 1] ?? -1) + 1;
    checkInteger(`packing.keyedLevels[${index}]`, level, least, expansionLevels - 1);
  });
  // Powers of X -> X^3 are no automorphism of an earlier step: below the deepest one the next needs a key too.
  const due = expansionLevels === most ? [most - 1, most - 2] : [expansionLevels - 1];
  for (const level of due.filter((one) => one >= 0 && !keyedLevels.includes(one))) {
    throw refused("packing.keyedLevels", `[${keyedLevels.join(", ")}]`, `lists with ${level}`);
  }
  const limits = { digits: 20, bits: 60, levels: 8 };
  checkGadget("packing.expansionGadget", packing.expansionGadget, limits);
  checkGadget("packing.conversionGadget", packing.conversionGadget, limits);
}

function checkBootstrap(path: string, bootstrap: BootstrapParameters): void {
  checkInteger(`${path}.lwe.dimension`, bootstrap.lwe.dimension, 1, largestLweDimension);
  checkInteger(`${path}.lwe.noiseLog2`, bootstrap.lwe.noiseLog2, 0, 30);
  checkGadget(`${path}.bootstrapGadget`, bootstrap.bootstrapGadget, {
    digits: 30,
    bits: 32,
    levels: 4,
  });
  checkGadget(`${path}.keySwitchGadget`, bootstrap.keySwitchGadget, {
    digits: 15,
    bits: 31,
    levels: 31,
  });
}

/** Most bits of one digit and of all, and most levels: digits of 32-bit accumulators, and digits that fit 16 bits. */
interface GadgetLimits {
  readonly digits: number;
  readonly bits: number;
  readonly levels: number;
}

function checkGadget(path: string, gadget: Gadget, limits: GadgetLimits): void {
  checkInteger(`${path}.baseLog`, gadget.baseLog, 1, limits.digits);
  const most = Math.min(limits.levels, Math.floor(limits.bits / gadget.baseLog));
  checkInteger(`${path}.levels`, gadget.levels, 1, most);
}

function checkInteger(path: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw refused(path, value, `${least} to ${most}`);
}

function refused(path: string, actual: number | string, limit: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: `parameters ${path}`,
    problem: `is ${actual}, and may be ${limit}`,
    limit,
    actual,
    cure: "Use the parameters that a compiled circuit carries",
  });
}
