import { VelumError } from "../base/error.js";
import { type Address, type Machine, offsetAddress } from "../tfhe/machine.js";
import type { OutputDecoding } from "../tfhe/output-encoding.js";
import {
  ciphertextBytes,
  type OutputLayout,
  outputDataBytes,
  outputLength,
} from "../tfhe/wire-output.js";
import type { ClientKey } from "./client-key.js";
import { checkField } from "./encrypt.js";
import { type Workspace, withWorkspace } from "./workspace.js";

/**
 * Decrypts one output: `data` holds the packed ciphertexts of `layout`. Returns `[outputLength(layout)]` integers, in the layout's order.
 * Nothing in a ciphertext tells whether it decrypts well: a wrong key gives random numbers.
 *
 * Errors: `bad-argument` for data, layout or decoding that do not fit. Cost: k polynomial products a GLWE, k N additions an LWE.
 */
export function decryptOutput(
  machine: Machine,
  key: ClientKey,
  data: Uint8Array,
  layout: OutputLayout,
  decoding: OutputDecoding,
): Float64Array {
  const { glwe } = key.parameters;
  checkField("wordBits", layout.wordBits, 1, 64);
  checkField("messageBits", decoding.messageBits, 1, 53);
  checkField("deltaLog2", decoding.deltaLog2, 0, 64 - decoding.messageBits);
  checkLists(layout, glwe.polynomialSize);
  checkField(
    "output bytes",
    data.length,
    outputDataBytes(glwe, layout),
    outputDataBytes(glwe, layout),
  );
  return withWorkspace(machine, key, (workspace) => {
    const length = outputLength(layout);
    const dataAt = workspace.copyIn(data);
    const valuesAt = workspace.allocate(8 * length);
    const settings = [decoding.deltaLog2, decoding.messageBits, decoding.signed ? 1 : 0] as const;
    if (layout.form === "lwe") {
      const { count, wordBits } = layout;
      machine.call(
        "velum_decrypt_lwe",
        workspace.client,
        valuesAt,
        dataAt,
        count,
        wordBits,
        ...settings,
      );
    } else {
      decryptGlwe(
        workspace,
        layout,
        valuesAt,
        dataAt,
        (listed) => ciphertextBytes(glwe, layout.wordBits, listed),
        settings,
      );
    }
    return new Float64Array(workspace.copyOut(valuesAt, 8 * length).buffer);
  });
}

function decryptGlwe(
  workspace: Workspace,
  layout: OutputLayout & { readonly form: "glwe" },
  valuesAt: Address,
  dataAt: Address,
  bytesOf: (listed: number) => number,
  settings: readonly number[],
): void {
  const coefficientsAt = workspace.copyIn(Int32Array.from(layout.coefficients.flat()));
  let data = dataAt;
  let first = 0;
  for (const listed of layout.coefficients) {
    workspace.machine.call(
      "velum_decrypt_glwe",
      workspace.client,
      valuesAt + 8 * first,
      data,
      coefficientsAt + 4 * first,
      listed.length,
      layout.wordBits,
      ...settings,
    );
    data = offsetAddress(data, bytesOf(listed.length));
    first += listed.length;
  }
}

function checkLists(layout: OutputLayout, polynomialSize: number): void {
  if (layout.form === "lwe") {
    checkField("count", layout.count, 0, 2 ** 24);
    return;
  }
  for (const listed of layout.coefficients) {
    const fits = listed.length <= polynomialSize;
    if (fits && listed.every((at) => Number.isInteger(at) && at >= 0 && at < polynomialSize))
      continue;
    throw new VelumError({
      code: "bad-argument",
      path: "output layout",
      problem: "lists a coefficient that no polynomial has, or too many",
      limit: polynomialSize,
      cure: "Use the layout that the circuit's client file carries",
    });
  }
}
