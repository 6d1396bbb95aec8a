import { findNativeTarget } from "../../src/tfhe/native-build.js";

const koffi = await import("koffi").then(
  () => true,
  () => false,
);
const target = koffi ? await findNativeTarget() : undefined;

/** For `test(name, { skip: noNative }, ...)`: false, or why the native engine cannot be tested here. */
export const noNative =
  target === undefined && "no native engine on this machine (needs koffi and a C compiler)";

/** The engines of this machine. */
export const engineKinds: readonly ("wasm" | "native")[] =
  noNative === false ? ["wasm", "native"] : ["wasm"];
