/** Rounds up to a cache line. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** Hands out consecutive aligned places. */
export class ByteLayout {
  bytes = 0;

  /** Offset of a new place of `bytes` bytes. */
  place(bytes: number): number {
    const offset = this.bytes;
    this.bytes += aligned(bytes);
    return offset;
  }
}
