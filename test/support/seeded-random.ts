import { createCipheriv, createHash } from "node:crypto";
import type { RandomSource } from "../../src/base/random.js";

/** Repeatable random bytes, for tests alone. */
export function seededRandom(name: string): RandomSource {
  const key = createHash("sha256").update(name).digest();
  const stream = createCipheriv("chacha20", key, Buffer.alloc(16));
  return {
    fill(out) {
      out.set(stream.update(new Uint8Array(out.length)));
    },
  };
}
