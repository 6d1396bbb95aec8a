import { VelumError } from "../base/error.js";
import type { RegionProgram } from "../ops/region-program.js";
import type { GlweParameters } from "../tfhe/parameters.js";
import { ggswLayout } from "../tfhe/wire-bits.js";
import { inputPayloadBytes } from "../tfhe/wire-input.js";
import { chooseRotations, type RotationChoice } from "./choose-rotations.js";
import {
  type DecisionFront,
  type FrontBits,
  frontBits,
  mostFrontLevels,
} from "./decision-front.js";
import { lowerBootstrap, numbersRead } from "./lower-bootstrap.js";
import type { Plan, PlanOptions } from "./plan.js";
import { ensembleInstruction } from "./plan-decision.js";

/** Another level must save this share of the look-ups' time: it makes the upload longer. */
const leastSavedShare = 0.1;

/**
 * Decision trees, then table look-ups of their sums, in one program and under one GLWE key: bits of the inputs travel encrypted as GGSW
 * ciphertexts, trees are CMUX gates on them, and what they give is extracted and looked up. Inputs that anything but trees reads travel
 * as numbers besides. Errors: `no-parameters`. Takes some 0.1 s.
 */
export function planMixed(
  regions: RegionProgram,
  front: DecisionFront,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  const length = front.diagrams.bits.length;
  const layoutOf = ({ bits: { glwe, gadget, bodyBits } }: FrontBits) =>
    ggswLayout(glwe, length, gadget, bodyBits);
  let best: { readonly rotations: RotationChoice; readonly own: FrontBits } | undefined;
  let refused: unknown;
  for (let levels = 1; levels <= mostFrontLevels; levels++) {
    const known = new Map<GlweParameters, FrontBits | undefined>();
    const bitsOf = (glwe: GlweParameters): FrontBits | undefined => {
      const own = known.has(glwe) ? known.get(glwe) : frontBits(front, glwe, levels);
      known.set(glwe, own);
      return own;
    };
    try {
      const rotations = chooseRotations([{ regions }], {
        failureLog2: options.failureLog2,
        uploadLength: numbersRead(regions),
        diagrams: {
          variance: (glwe) => bitsOf(glwe)?.variance ?? Number.POSITIVE_INFINITY,
          uploadBytes: (glwe) => {
            const own = bitsOf(glwe);
            return own === undefined ? 0 : inputPayloadBytes([layoutOf(own)]);
          },
        },
        limits: options.limits,
        rates: options.rates,
        nodePath: options.nodePath,
      });
      const { parameters, runMs } = rotations.choice;
      const own = bitsOf(parameters.glwe);
      if (own === undefined) throw new RangeError("a key without sums was chosen");
      const before = best?.rotations.choice.runMs ?? Number.POSITIVE_INFINITY;
      if (runMs < before * (1 - leastSavedShare)) best = { rotations, own };
    } catch (error) {
      if (!(error instanceof VelumError) || error.code !== "no-parameters") throw error;
      refused ??= error;
    }
  }
  if (best === undefined) throw refused;
  const { rotations, own } = best;
  const plan = lowerBootstrap(regions, inputBits, rotations);
  const [first, ...rest] = plan.program.instructions;
  const layout = layoutOf(own);
  const trees = [
    { op: "expand bits", ...layout } as const,
    ensembleInstruction(front.diagrams, front.limbs, own.bits.glwe, own.bits.gadget),
  ];
  // The vector of numbers is the first part of a request, if there is one.
  const instructions =
    first === undefined || first.op !== "expand"
      ? [...trees, ...plan.program.instructions]
      : [first, ...trees, ...rest];
  return {
    ...plan,
    program: { ...plan.program, instructions },
    bits: { layout, sources: front.diagrams.bits },
  };
}
