import { clearLayoutsOf } from "../artifact/clear-info.js";
import type { FeedInfo, FeedInput, ServerManifest } from "../artifact/server-manifest.js";
import { VelumError } from "../base/error.js";
import { bigLweDimension } from "../tfhe/parameters.js";
import { type CircuitId, type KeyId, peekHeader, readHeader } from "../tfhe/wire-header.js";
import type { EncryptedVector, FileIdentity } from "../tfhe/wire-input.js";
import { inputExpectation, readIncompleteInput, readInputCiphertext } from "../tfhe/wire-input.js";
import { readOutputCiphertext } from "../tfhe/wire-output.js";
import type { ClearBytes, ClearNumbers } from "./clear-numbers.js";
import type { Engine } from "./engine.js";

/** An earlier answer, of which the first output is meant, or one of its outputs. */
export type FedValue = Uint8Array | { readonly answer: Uint8Array; readonly output: number };

/**
 * A request whose values come, at least in part, from earlier answers: they stay encrypted on the server. `request` holds the other
 * parameters; the client encrypts it with `null` for those that are fed.
 */
export interface ComposedRequest {
  /** Absent where every parameter is fed. */
  readonly request?: Uint8Array;
  /** By parameter. */
  readonly from: Readonly<Record<string, FedValue>>;
}

/** What `run` takes: a request of the client, an earlier answer whose outputs are the parameters in order, or both. */
export type RunInput = Uint8Array | ComposedRequest;

/** A function that answers may come from. */
export interface FeedSource {
  readonly name: string;
  readonly manifest: ServerManifest;
}

/** One request as the runtime works on it. */
export interface ReadRequest {
  readonly keyId: KeyId;
  /** Parts of the upload; none where all parameters are fed. */
  readonly vectors: readonly Pick<EncryptedVector, "seed" | "bodies">[];
  readonly fed: readonly FedCiphertexts[];
  /** What its clear parameters decide. */
  readonly clear: readonly ClearBytes[];
}

/** LWE ciphertexts for a place in a request's workspace. */
export interface FedCiphertexts {
  readonly place: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Who reads: the function, and the functions whose answers it may be fed. */
export interface Reader {
  readonly identity: Omit<FileIdentity, "keyId"> & { readonly keyId?: KeyId };
  readonly manifest: ServerManifest;
  readonly sources: ReadonlyMap<CircuitId, FeedSource>;
  /** Absent where nothing is to be computed from clear parameters. */
  readonly clear?: ClearNumbers | undefined;
  /** A faster one than base/checksum.ts has. */
  readonly checksum?: Engine["checksum"] | undefined;
}

/**
 * Reads what `run` got. Errors: those of `readHeader` (`wrong-key` where parts are of different clients, `wrong-circuit` for answers of a
 * function that may not feed this one), `bad-argument` for parameters that are missing, unknown or not composable, and those of
 * `ClearNumbers.bytesFor`.
 */
export function readRunInput(reader: Reader, input: RunInput): ReadRequest {
  const { identity, manifest } = reader;
  if (input instanceof Uint8Array) {
    const { kind } = peekHeader(input, "input ciphertext");
    if (kind === "output ciphertext") {
      return readComposed(reader, { from: inOrder(manifest, input) });
    }
    if (kind === "incomplete input ciphertext") {
      return readComposed(reader, { request: input, from: {} });
    }
    return { ...readSent(reader, input, identity), fed: [] };
  }
  return readComposed(reader, input);
}

/** What a client sent, its clear parameters put to use. */
function readSent(
  { manifest, clear, checksum }: Reader,
  file: Uint8Array,
  identity: Reader["identity"],
): Omit<ReadRequest, "fed"> {
  const layouts = clearLayoutsOf(manifest.clear);
  const sent = readInputCiphertext(file, identity, manifest.inputs, layouts, checksum);
  return { ...sent, clear: clear?.bytesFor(sent.clear) ?? [] };
}

/** Files that answers are part of. */
const composedKinds: readonly unknown[] = ["output ciphertext", "incomplete input ciphertext"];

/** Checks what can be seen without a pass over the content: the header of a request. Errors as `readRunInput`. */
export function checkRunInput(reader: Reader, input: RunInput): void {
  const { identity, manifest } = reader;
  const plain =
    input instanceof Uint8Array &&
    !composedKinds.includes(peekHeader(input, "input ciphertext").kind);
  if (plain)
    readHeader(input, inputExpectation(identity, manifest.inputs, clearLayoutsOf(manifest.clear)));
  else readRunInput(reader, input);
}

/** All outputs of an answer, as the parameters in order. */
function inOrder(manifest: ServerManifest, answer: Uint8Array): Record<string, FedValue> {
  const inputs = manifest.feed?.inputs ?? [];
  return Object.fromEntries(inputs.map(({ name }, output) => [name, { answer, output }]));
}

function readComposed(reader: Reader, { request, from }: ComposedRequest): ReadRequest {
  const { identity, manifest } = reader;
  const { feed, name } = manifest;
  if (feed === undefined) {
    throw refused(
      name,
      "takes no earlier answers",
      "Compile it with composable: true, or its module with a wire to it",
    );
  }
  let keyId = identity.keyId;
  const fed = Object.entries(from).map(([parameter, value]) => {
    const input = feed.inputs.find((own) => own.name === parameter);
    if (input === undefined) {
      const names = feed.inputs.map((own) => own.name).join(", ");
      throw refused(
        name,
        `has no parameter "${parameter}" that could be fed`,
        `Feed any of ${names}`,
      );
    }
    const read = readFed(reader, input, value, keyId);
    keyId = read.keyId;
    return { place: input.place, data: read.data };
  });
  const all = feed.inputs.length === feed.parameters && fed.length === feed.parameters;
  if (request === undefined) {
    if (all && keyId !== undefined) return { keyId, vectors: [], fed, clear: [] };
    const missing = feed.inputs.filter((own) => from[own.name] === undefined);
    const names = missing.map((own) => `"${own.name}"`).join(", ");
    throw refused(
      name,
      `got nothing for ${names === "" ? "its clear parameters" : names}`,
      "Give a request of the client with null for the parameters that are fed",
    );
  }
  const expected = keyId === undefined ? identity : { ...identity, keyId };
  return { ...readPartial(reader, request, expected, feed, new Set(Object.keys(from))), fed };
}

/** A request beside answers: it must leave to them exactly the parameters that they feed. */
function readPartial(
  { manifest: { name, inputs, clear: info }, clear }: Reader,
  request: Uint8Array,
  identity: Reader["identity"],
  feed: FeedInfo,
  fed: ReadonlySet<string>,
): Omit<ReadRequest, "fed"> {
  const partial = peekHeader(request, "input ciphertext").kind === "incomplete input ciphertext";
  const layouts = clearLayoutsOf(info);
  const { open, ...read } = partial
    ? readIncompleteInput(request, identity, inputs, feed.inputs.length, layouts)
    : { ...readInputCiphertext(request, identity, inputs, layouts), open: [] };
  for (const [index, { name: parameter }] of feed.inputs.entries()) {
    if (fed.has(parameter) === (open[index] ?? false)) continue;
    throw fed.has(parameter)
      ? refused(
          name,
          `got an answer for "${parameter}", and the request holds a value for it too`,
          "Encrypt null for what answers feed, or leave the answer away",
        )
      : refused(
          name,
          `got nothing for "${parameter}": the request was encrypted with null there`,
          `Run it as { request, from: { ${parameter}: answer } }, or encrypt a value`,
        );
  }
  return { ...read, clear: clear?.bytesFor(read.clear) ?? [] };
}

function readFed(
  { identity, manifest, sources }: Reader,
  input: FeedInput,
  value: FedValue,
  keyId: KeyId | undefined,
): { readonly keyId: KeyId; readonly data: Uint8Array<ArrayBuffer> } {
  const { answer, output } = value instanceof Uint8Array ? { answer: value, output: 0 } : value;
  const path = `answer for "${input.name}"`;
  const header = peekHeader(answer, path);
  const source = sources.get(header.circuitId);
  const to = `parameter "${input.name}" of "${manifest.name}"`;
  if (source === undefined) {
    throw new VelumError({
      code: "wrong-circuit",
      path,
      problem: `is of no function that may feed ${to}`,
      actual: header.circuitId,
      cure: "Feed answers of functions of the same module",
    });
  }
  const layouts = source.manifest.outputs;
  const wired = input.from.some((own) => own.function === source.name && own.output === output);
  const layout = layouts[output];
  if (!wired || layout?.form !== "lwe") {
    throw new VelumError({
      code: layout === undefined ? "bad-argument" : "wrong-circuit",
      path,
      problem: `output ${output} of "${source.name}" may not feed ${to}`,
      limit: input.from.map((own) => `${own.function}.${own.output}`).join(", "),
      actual: `${source.name}.${output}`,
      cure: "Add a wire for it where the module is compiled; shapes must be equal",
    });
  }
  const data = readOutputCiphertext(
    answer,
    {
      parameterId: identity.parameterId,
      circuitId: header.circuitId,
      keyId: keyId ?? header.keyId,
    },
    manifest.parameters.glwe,
    layouts,
  );
  const bytes = (bigLweDimension(manifest.parameters.glwe) + 1) * 4;
  const stride = lweStride(manifest);
  const spread = new Uint8Array(input.count * stride);
  const packed = data[output] ?? new Uint8Array();
  for (let i = 0; i < input.count; i++) {
    spread.set(packed.subarray(i * bytes, (i + 1) * bytes), i * stride);
  }
  return { keyId: header.keyId, data: spread };
}

/** Bytes from one LWE ciphertext of a workspace to the next (kernels/eval.c). */
export function lweStride({ parameters }: Pick<ServerManifest, "parameters">): number {
  return Math.ceil(((bigLweDimension(parameters.glwe) + 1) * 4) / 64) * 64;
}

function refused(name: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "bad-argument", path: `function "${name}"`, problem, cure });
}
