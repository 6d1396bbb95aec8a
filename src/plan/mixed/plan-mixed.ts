import type { RegionProgram } from "../../regions/region-program.js";
import { chooseRotations } from "../bootstrap/choose-rotations.js";
import { lowerBootstrap, numbersRead } from "../bootstrap/lower-bootstrap.js";
import { gateSchedule } from "../decision/gate-schedule.js";
import { ensembleInstruction } from "../decision/plan-decision.js";
import { checkForm } from "../decision/upload-form.js";
import type { Plan, PlanOptions } from "../plan.js";
import { type DecisionFront, decisionFront } from "./decision-front.js";
import { chooseMixed, type LookUpsBehind, type MixedChoices } from "./mixed-search.js";

/**
 * Decision trees, then table look-ups of their sums, in one program and under one GLWE key: bits of the inputs travel encrypted, each as a
 * GGSW ciphertext or packed, trees are CMUX gates on them, and what they give is extracted and looked up. Inputs that anything but trees
 * reads travel as numbers besides. Errors: `no-parameters`, `bad-argument`. Takes some 0.1 s.
 */
export function planMixed(
  regions: RegionProgram,
  front: DecisionFront,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  checkForm(options.uploadForm);
  const { failureLog2, rates, nodePath, distanceLog2 } = options;
  const uploadLength = numbersRead(regions);
  const programs = [{ regions, hides: distanceLog2 !== undefined }];
  const choices = chooseMixed(
    {
      uploadLength,
      front: (form) => (form === "direct" ? front : decisionFront(regions, form)),
      lookUps: (diagrams, limits) =>
        chooseRotations(programs, { failureLog2, uploadLength, diagrams, limits, rates, nodePath }),
    },
    options,
  );
  const plan = lowerBootstrap(regions, inputBits, choices.chosen.behind, { distanceLog2 });
  return withTrees(plan, choices);
}

/** A plan for the look-ups, with the trees that they read and the bits that these ask. */
export function withTrees(plan: Plan, { found, chosen }: MixedChoices<LookUpsBehind>): Plan {
  const { diagrams, limbs } = chosen.front;
  const { layout, gadget, packing } = chosen.own;
  const [first, ...rest] = plan.program.instructions;
  const trees = [
    { op: "expand bits", ...layout, needs: gateSchedule(diagrams).needs } as const,
    ensembleInstruction(diagrams, limbs, plan.parameters.glwe, gadget),
  ];
  // The vector of numbers is the first part of a request, if there is one.
  const instructions =
    first === undefined || first.op !== "expand"
      ? [...trees, ...plan.program.instructions]
      : [first, ...trees, ...rest];
  return {
    ...plan,
    parameters: packing === undefined ? plan.parameters : { ...plan.parameters, packing },
    program: { ...plan.program, instructions },
    bits: { layout, sources: diagrams.bits },
    uploadForms: found.map(({ cost, form }) => ({ ...cost, chosen: form === chosen.form })),
  };
}
