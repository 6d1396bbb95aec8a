import type { Instruction } from "../../program/program.js";
import type { RegionProgram } from "../../regions/region-program.js";
import { log2UnionFailure } from "../../security/failure.js";
import { soakDeviations, soakTailLog2 } from "../../security/noise-protection.js";
import { tableWords } from "../../tfhe/bootstrap-shape.js";
import type { OutputEncoding } from "../../tfhe/output-encoding.js";
import type { BootstrapParameters, GlweParameters } from "../../tfhe/parameters.js";
import {
  type OutputProtection,
  protectionSteps,
  type RefreshLookup,
  refreshFloodLog2,
  roundsOf,
} from "../bootstrap/protected-outputs.js";
import { regionValue } from "../bootstrap/region-value.js";
import {
  largestOddModulus,
  refreshingPolynomials,
  residueBits,
  residueConstraints,
  residueLimit,
} from "../bootstrap/residue-look-ups.js";
import { type DecisionDiagrams, decisionDiagrams } from "../decision/decision-diagrams.js";
import type { BitsForm } from "../decision/decision-shapes.js";
import type { LeafLimbs } from "../decision/leaf-limbs.js";
import { leafResidues, leastModulus, oddModuli, sumRange } from "../decision/leaf-residues.js";
import { lineBytes, runsOfKeys } from "../decision/parameter-search-decision.js";
import { type DecisionRegions, limbEncoding } from "../decision/plan-decision.js";
import { bitPrices, checkForm } from "../decision/upload-form.js";
import { describeChoice } from "../parameters/choose-parameters.js";
import { foundOf, noParameters } from "../parameters/no-parameters.js";
import { bootstrapVariance } from "../parameters/noise-prediction.js";
import type {
  DiagramSource,
  ParameterChoice,
  ParameterRequest,
} from "../parameters/parameter-request.js";
import { searchParameters } from "../parameters/parameter-search.js";
import type { SetCandidate } from "../parameters/set-request.js";
import type { Plan, PlanOptions } from "../plan.js";
import { bootstrapKeys } from "../search-space.js";
import { chooseMixed, type MixedChoices, wayMs } from "./mixed-search.js";
import { withTrees } from "./plan-mixed.js";

export interface HiddenOptions extends PlanOptions {
  readonly distanceLog2: number;
}

/**
 * Sums of trees as remainders of odd moduli, each flooded, looked up and flooded again until an answer is within the distance asked for of one
 * that says nothing but the sums. Bits travel as in front of other look-ups (`chooseMixed`). Undefined where sums are wider than all moduli
 * hold. Errors: `no-parameters`, `bad-argument`. Takes a second, for forests of many outputs several.
 */
export function planHiddenSums(
  regions: RegionProgram,
  { joined, diagrams: direct }: DecisionRegions,
  options: HiddenOptions,
): Plan | undefined {
  checkForm(options.uploadForm);
  let packed: DecisionDiagrams | undefined;
  const diagramsOf = (form: BitsForm): DecisionDiagrams => {
    if (form === "direct") return direct;
    packed ??= decisionDiagrams(joined.trees, bitPrices.packed);
    return packed;
  };
  const limbsOf = (diagrams: DecisionDiagrams, moduli: readonly number[]): LeafLimbs =>
    leafResidues(diagrams, joined.constant, moduli);
  const node = regions.outputs[0] && regionValue(regions, regions.outputs[0].value).node;
  const tried = moduliTried(sumRange(direct, joined.constant));
  if (tried.length === 0) return undefined;
  const found = foundOf(
    tried.map((moduli) => () => {
      const sums = { moduli, outputs: joined.trees.outputs, node };
      const limbs = (form: BitsForm): LeafLimbs => limbsOf(diagramsOf(form), moduli);
      return { sums, choices: chooseRefreshes(sums, diagramsOf, limbs, options) };
    }),
  );
  const { sums, choices } = found.reduce((a, b) =>
    wayMs(b.choices.chosen) < wayMs(a.choices.chosen) ? b : a,
  );
  const { front, behind } = choices.chosen;
  const plan = lowerRefreshes(regions, sums, behind, limbEncoding(front.limbs), options);
  return withTrees(plan, choices);
}

/** For each number of moduli that hold the range, the smallest. */
function moduliTried(range: number): readonly (readonly number[])[] {
  const tried: number[][] = [];
  for (let largest = leastModulus; largest <= largestOddModulus; largest += 2) {
    const moduli = oddModuli(range, largest);
    const fewest = tried.at(-1)?.length ?? Number.POSITIVE_INFINITY;
    if (moduli !== undefined && moduli.length < fewest) tried.push(moduli);
  }
  return tried;
}

/** What is looked up: remainders of each of some sums. */
interface ResidueSums {
  readonly moduli: readonly number[];
  readonly outputs: number;
  /** Graph node whose value they are, for errors. */
  readonly node: number | undefined;
}

/** Look-ups that refresh, and the variance of the sums that they read. */
interface Refreshes {
  readonly choice: ParameterChoice;
  readonly treeVariance: number;
}

/** Fewer rounds take quieter look-ups, which are slower. */
const roundsTried = [1, 2, 3, 4, 5, 6, 8, 10, 13];

function chooseRefreshes(
  { moduli, outputs, node }: ResidueSums,
  diagramsOf: (form: BitsForm) => DecisionDiagrams,
  limbsOf: (form: BitsForm) => LeafLimbs,
  options: HiddenOptions,
): MixedChoices<Refreshes> {
  const { failureLog2, distanceLog2 } = options;
  const largest = Math.max(...moduli);
  const count = outputs * moduli.length;
  const residues = { largest, count, node, eachLog2: distanceLog2 - Math.log2(count) };
  return chooseMixed(
    {
      uploadLength: 0,
      front: (form) => ({
        diagrams: diagramsOf(form),
        limbs: limbsOf(form),
        limit: residueLimit(largest),
      }),
      lookUps: (diagrams, limits) => chooseRounds(residues, diagrams, { ...options, limits }),
    },
    // Tails of the trees' noise count for the distance too.
    { ...options, failureLog2: Math.min(failureLog2, soakTailLog2(residues.eachLog2)) },
  );
}

/** `count` remainders up to `largest`, each to be within 2^eachLog2. */
interface Residues {
  readonly largest: number;
  readonly count: number;
  readonly eachLog2: number;
  readonly node: number | undefined;
}

/** The fastest look-ups of all keys and numbers of rounds. Error `no-parameters`. */
function chooseRounds(
  { largest, count, eachLog2, node }: Residues,
  diagrams: DiagramSource,
  { failureLog2, limits, rates, nodePath }: HiddenOptions,
): Refreshes {
  const sums = { freshSquaredNorm: 0, bootstrapSquaredNorms: [], diagramSquaredNorm: 1, node };
  const floodLog2 = refreshFloodLog2(residueBits(largest));
  const requestOf = (rounds: number, first: number, only: DiagramSource): ParameterRequest => {
    const deviations = soakDeviations(first, floodLog2, rounds + 1, eachLog2);
    const asked = { rounds, deviations, failureLog2 };
    const { lookup, outputs } = residueConstraints(largest, count, asked, [sums]);
    const own = { lookups: [lookup], outputs, uploadLength: 0, diagrams: only };
    return { ...own, failureLog2, limits, rates, nodePath };
  };
  const wayOf = ({ runMs, keyBytes }: SetCandidate): number =>
    runMs + keyBytes / runsOfKeys / lineBytes;
  let best: { readonly request: ParameterRequest; readonly found: SetCandidate } | undefined;
  for (const { glwe } of bootstrapKeys()) {
    const first = diagrams.variance(glwe);
    if (first === Number.POSITIVE_INFINITY) continue;
    const only: DiagramSource = {
      ...diagrams,
      variance: (own) => (own === glwe ? first : Number.POSITIVE_INFINITY),
    };
    for (const rounds of roundsTried) {
      const request = requestOf(rounds, first, only);
      const found = searchParameters(request, "time");
      if (found === undefined || found.runMs > limits.maxRunMs) continue;
      if (best === undefined || wayOf(found) < wayOf(best.found)) best = { request, found };
    }
  }
  if (best === undefined) throw noParameters(requestOf(roundsTried.at(-1) ?? 1, 0, diagrams));
  const choice = describeChoice(best.request, best.found);
  return { choice, treeVariance: diagrams.variance(choice.parameters.glwe) };
}

/** How the remainders are refreshed, all of them together. */
interface HiddenSums extends OutputProtection {
  readonly count: number;
  readonly refresh: RefreshLookup;
}

function hiddenSums(
  { moduli, outputs }: ResidueSums,
  { choice, treeVariance }: Refreshes,
  distanceLog2: number,
): HiddenSums {
  const { parameters, rotations } = choice;
  const [rotation] = rotations;
  const bootstrap = parameters.bootstraps[rotation?.set ?? -1];
  if (rotation === undefined || bootstrap === undefined) throw new RangeError("no rotation");
  const { glwe } = parameters;
  const count = outputs * moduli.length;
  const precision = residueBits(Math.max(...moduli));
  const variances = { first: treeVariance, later: varianceAfter(glwe, bootstrap) };
  return {
    ...roundsOf(precision, count, variances, glwe, distanceLog2),
    count,
    refresh: {
      ...{ op: "bootstrap", precision, ...rotation, offset: 0, polynomials: true },
      tables: refreshingPolynomials(moduli, tableWords(parameters, rotation)),
      tableOf: Int32Array.from({ length: count }, (_, at) => at % moduli.length),
    },
  };
}

function varianceAfter(
  glwe: GlweParameters,
  { bootstrapGadget, lwe }: BootstrapParameters,
): number {
  return bootstrapVariance(glwe, bootstrapGadget, lwe.dimension);
}

/** The plan of all but the trees; `encoding`: of remainders. */
function lowerRefreshes(
  regions: RegionProgram,
  sums: ResidueSums,
  refreshes: Refreshes,
  encoding: Omit<OutputEncoding, "layout" | "signed">,
  { distanceLog2 }: HiddenOptions,
): Plan {
  const { choice } = refreshes;
  const hidden = hiddenSums(sums, refreshes, distanceLog2);
  const { count, rounds } = hidden;
  const wordBits = choice.outputs[0]?.downloadBits ?? 32;
  const { instructions, at, slots } = refreshInstructions(hidden);
  const outputs: OutputEncoding[] = [];
  const bootstrapsByNode = new Map<number, number>();
  let from = at;
  for (const [output, { value }] of regions.outputs.entries()) {
    const { size, node } = regionValue(regions, value);
    const own = size * sums.moduli.length;
    instructions.push({ op: "pack lwe", wordBits, from, count: own, output });
    outputs.push({ layout: { form: "lwe", wordBits, count: own }, signed: true, ...encoding });
    if (node !== undefined)
      bootstrapsByNode.set(node, (bootstrapsByNode.get(node) ?? 0) + own * rounds);
    from += own;
  }
  const shares = [
    { ...failureOf(choice.lookups[0]), count: count * rounds },
    { ...failureOf(choice.outputs[0]), count },
  ];
  return {
    lane: "bootstrap",
    parameters: { ...choice.parameters, publicKey: true },
    protection: { floodLog2: hidden.floodLog2, distanceLog2: hidden.distanceLog2 },
    program: { instructions, slots },
    input: { length: 0, start: 0, shifts: regions.inputs.map(() => 0), deltaLog2: 0, bodyBits: 1 },
    outputs,
    failure: {
      worstLog2: Math.max(...shares.map(({ failureLog2 }) => failureLog2)),
      runLog2: log2UnionFailure(shares),
    },
    bootstraps: count * rounds,
    bootstrapMs: count * rounds * (choice.times[0]?.totalMs ?? 0),
    bootstrapsByNode,
  };
}

/** The remainders out of the trees' sums, refreshed: in slots from `at` on. */
function refreshInstructions(hidden: HiddenSums): {
  readonly instructions: Instruction[];
  readonly at: number;
  readonly slots: number;
} {
  let slots = 0;
  const reserve = (count: number): number => {
    slots += count;
    return slots - count;
  };
  const { count, refresh } = hidden;
  const rows = Array.from({ length: count }, (_, coefficient) => [0, coefficient, 1, 0]);
  const extract: Instruction = {
    ...{ op: "extract", from: "sums", to: reserve(count), count },
    rows: Int32Array.from(rows.flat()),
    addends: new BigUint64Array(count),
  };
  const { instructions, at } = protectionSteps(refresh, 0, hidden, { reserve });
  return { instructions: [extract, ...instructions], at, slots };
}

function failureOf(noise: { readonly failureLog2: number } | undefined): {
  readonly failureLog2: number;
} {
  return { failureLog2: noise?.failureLog2 ?? Number.NEGATIVE_INFINITY };
}
