import { VelumError } from "../base/error.js";
import type { ProtectInstruction } from "../program/program.js";

/** How answers are protected. */
export interface PlanProtection {
  /** The flood is uniform on [-2^floodLog2, 2^floodLog2) in units of 2^-64. */
  readonly floodLog2: number;
  /** log2 of a bound on the statistical distance of a whole answer from one that says nothing but the values. */
  readonly distanceLog2: number;
}

/**
 * A flood of half the limit `2^-(messageBits + 1)`, the largest power of two that leaves room for other noise: what is not needed for the
 * distance asked for makes it smaller still, and costs one bit a word of the answer.
 */
export function protectionFloodLog2(messageBits: number): number {
  return 64 - (messageBits + 2);
}

/** Re-randomises and floods what later instructions read. */
export function protectInstruction(
  { floodLog2 }: PlanProtection,
  read: number,
  positions: Int32Array,
): ProtectInstruction {
  return { op: "protect", results: positions.length / read, read, positions, floodLog2 };
}

/** A cure with the protection that could be had instead, if any. */
export function weakerProtection(cure: string, distanceLog2: number | undefined): string {
  if (distanceLog2 === undefined) return cure;
  return `${cure}; protectModel: { bits: ${-distanceLog2} } would fit as it is`;
}

/** The error of circuits whose answers may come back as inputs. */
export function noProtection(): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: "protectModel",
    problem:
      "is for answers that go to the client and stay there; those of modules and composable circuits may come back as inputs, flood and all",
    cure: "Compile the function that gives the answer as a circuit of its own, or leave protectModel away",
  });
}

/** The error of sums of trees that nothing protects as asked: by look-ups, or without them. */
export function ofHiddenSums({ parts }: VelumError, without: VelumError): VelumError {
  const { actual } = without;
  const reachable = typeof actual === "number" ? actual : undefined;
  const { path } = without;
  return new VelumError({ ...parts, path, cure: weakerProtection(parts.cure, reachable) });
}

/** An error of parameters of a circuit with look-ups, with what protection has to do with it. */
export function ofProtectedLookups({ parts }: VelumError): VelumError {
  return new VelumError({
    ...parts,
    cure: `${parts.cure}. With protectModel every result is looked up again at its own width: return narrower results, or leave it away`,
  });
}
