import type { ServerManifest, StageInfo } from "../artifact/server-manifest.js";
import { systemRandom } from "../base/random.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import type { ReadRequest } from "./composed-input.js";
import type { Engine, Step } from "./engine.js";
import type { ExpandedKeys } from "./evaluation-keys.js";

/** A program that an engine has loaded, ready to work on requests. */
export interface LoadedProgram {
  readonly manifest: ServerManifest;
  readonly engine: Engine;
  readonly constants: Address;
  /** One block a thread. */
  readonly scratch: readonly Address[];
}

/** Neighbouring requests in the engine's memory, `requestBytes` each, and the keys that work on them. */
export interface Workplace {
  readonly workspace: Address;
  readonly keys: ExpandedKeys | undefined;
}

/** Items of a stage without look-ups that take well below a millisecond together. */
const shortItems = 16;

/** Brings a request's upload, what its clear parameters decide, and fresh randomness where answers are protected, into the workspace. */
export function uploadSteps(
  { manifest }: LoadedProgram,
  { vectors, clear }: ReadRequest,
  request: Address,
): Step[] {
  const steps = vectors.flatMap(({ seed, bodies }, part): Step[] => {
    const upload = offsetAddress(request, manifest.uploadPlaces[part] ?? 0);
    return [
      { do: "write", address: upload, data: seed },
      { do: "write", address: offsetAddress(upload, seed.length), data: bodies },
    ];
  });
  for (const { place, data } of clear) {
    steps.push({ do: "write", address: offsetAddress(request, place), data });
  }
  const { randomPlace } = manifest;
  if (randomPlace !== undefined) {
    const data = new Uint8Array(randomPlace.bytes);
    systemRandom.fill(data);
    steps.push({ do: "write", address: offsetAddress(request, randomPlace.offset), data });
  }
  return steps;
}

/** Brings earlier answers into the workspace. They overwrite what the stages that unpack uploads gave. */
export function feedSteps({ fed }: ReadRequest, request: Address): Step[] {
  return fed.map(
    ({ place, data }): Step => ({ do: "write", address: offsetAddress(request, place), data }),
  );
}

/** A range of a stage's items, which are numbered through all requests of the workplace. */
export function stageStep(
  { manifest, constants, scratch }: LoadedProgram,
  { workspace, keys }: Workplace,
  stage: number,
  thread: number,
  range: { readonly begin: number; readonly end: number },
): Step {
  const { begin, end } = range;
  return {
    do: "call",
    name: `stage_${(manifest.firstStage ?? 0) + stage}`,
    short: isShort(manifest.stages[stage], end - begin),
    parameters: [
      ...[workspace, manifest.requestBytes, constants, keys?.address ?? 0],
      ...[scratch[thread] ?? 0, begin, end],
    ],
  };
}

function isShort(stage: StageInfo | undefined, items: number): boolean {
  return stage?.heavy === false && items <= shortItems;
}

/** Takes a request's outputs out of the workspace. */
export function readSteps({ manifest }: LoadedProgram, request: Address): Step[] {
  return manifest.outputPlaces.map(
    ({ offset, bytes }): Step => ({ do: "read", address: offsetAddress(request, offset), bytes }),
  );
}
