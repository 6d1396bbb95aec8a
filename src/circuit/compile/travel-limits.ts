import { clearLayoutsOf } from "../../artifact/clear-info.js";
import type { ServerManifest } from "../../artifact/server-manifest.js";
import { VelumError } from "../../base/error.js";
import type { PlanLimits } from "../../plan/parameters/parameter-request.js";
import { keyFileBytes } from "../../tfhe/key-files.js";
import { headerBytes } from "../../tfhe/wire-header.js";
import { inputPayloadBytes } from "../../tfhe/wire-input.js";

/** One request as it travels: ciphertexts, clear numbers and the header. */
export function requestFileBytes({ inputs, clear }: ServerManifest): number {
  return headerBytes + inputPayloadBytes(inputs, clearLayoutsOf(clear));
}

/**
 * Compares what travels with the limits, whatever the lane: searches keep to them where there is a choice, and count no clear numbers.
 * `name`: of the function, for errors. Error `no-parameters`.
 */
export function checkTravel(
  name: string,
  manifest: ServerManifest,
  {
    maxUploadBytes,
    maxEvaluationKeyBytes,
  }: Pick<PlanLimits, "maxUploadBytes" | "maxEvaluationKeyBytes">,
): void {
  const upload = requestFileBytes(manifest);
  if (upload > maxUploadBytes) {
    throw tooLong(
      name,
      "one request takes",
      upload,
      "maxUploadBytes",
      maxUploadBytes,
      "upload fewer numbers",
    );
  }
  const keys = keyFileBytes(manifest.parameters);
  if (keys > maxEvaluationKeyBytes) {
    const cure =
      manifest.parameters.publicKey === true ? "leave protectModel away" : "look up fewer bits";
    throw tooLong(
      name,
      "evaluation keys take",
      keys,
      "maxEvaluationKeyBytes",
      maxEvaluationKeyBytes,
      cure,
    );
  }
}

function tooLong(
  name: string,
  what: string,
  actual: number,
  option: string,
  limit: number,
  cure: string,
): VelumError {
  return new VelumError({
    code: "no-parameters",
    path: `function "${name}"`,
    problem: `${what} ${actual} bytes, and may take ${limit}`,
    limit,
    actual,
    cure: `Allow ${actual} bytes (${option}), or ${cure}`,
  });
}
