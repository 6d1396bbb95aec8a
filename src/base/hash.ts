import { sha256 } from "@noble/hashes/sha2.js";

/** SHA-256 of `bytes`, as 32 bytes. Synchronous, and the same in a page without a secure context. */
export function contentHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

/** Lower-case hexadecimal text of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
