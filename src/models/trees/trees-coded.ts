import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import {
  type IntegerTrees,
  leafOf,
  readTrees,
  treeAttributes,
} from "../../op-spec/integer-trees.js";
import { ColumnQuantizer } from "../../quantize/column-quantizer.js";
import {
  fieldsOf,
  isCount,
  isFiniteList,
  isFiniteNumber,
  isIntegerList,
} from "../../quantize/json-checks.js";
import { TreeCoding } from "../../quantize/tree-coding.js";
import type { Tracer } from "../../trace/tracer.js";
import { treeEnsemble } from "../../trace/tree-ensemble.js";
import type { Matrix } from "../check-data.js";
import type { CodedModel } from "../coded-model.js";
import { classPairs, ranked, traceRanking } from "../ranking.js";
import { decisionTrees } from "./decision-trees.js";
import { quantizeTrees, type TreeBits } from "./quantize-trees.js";
import type { TreeDecision } from "./tree-result.js";
import type { FittedTrees } from "./trees-json.js";

/** An ensemble of trees as it runs: integer sums of leaves. */
export class TreesCoded implements CodedModel<TreeCoding> {
  readonly coding: TreeCoding;
  readonly trees: IntegerTrees;
  /** What is decided about the sums before they leave the server. */
  readonly decision: TreeDecision | undefined;

  constructor(coding: TreeCoding, trees: IntegerTrees, decision?: TreeDecision) {
    this.coding = coding;
    this.trees = trees;
    this.decision = decision;
  }

  get width(): number {
    return this.trees.features;
  }

  evaluate(q: Tensor): Tensor {
    const sums = this.#sums(q);
    const { decision } = this;
    if (decision === undefined) return sums;
    if (decision.kind === "classes") return ranked(sums, decision.classes, decision.top);
    return { shape: sums.shape, data: sums.data.map((sum) => Number(sum > 0)) };
  }

  #sums(q: Tensor): Tensor {
    const { trees } = this;
    const { features, outputs, values } = trees;
    const rows = q.shape[0] ?? 0;
    const data = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      const x = q.data.subarray(row * features, (row + 1) * features);
      for (const root of trees.roots) {
        const leaf = leafOf(trees, root, x);
        for (let k = 0; k < outputs; k++) {
          data[row * outputs + k] =
            (data[row * outputs + k] ?? 0) + (values[leaf * outputs + k] ?? 0);
        }
      }
    }
    return { shape: [rows, outputs], data };
  }

  trace(x: Tracer): Tracer {
    const sums = treeEnsemble(this.trees, x);
    const { decision } = this;
    if (decision === undefined) return sums;
    if (decision.kind === "bit") return sums.greater(0);
    return traceRanking(sums, decision.classes, decision.top);
  }

  /** Every column at its least and at its greatest. */
  extremes(): Tensor[] {
    const { features } = this.trees;
    const { inputQuantizer } = this.coding;
    const maxima = inputQuantizer instanceof ColumnQuantizer ? inputQuantizer.maxima : [];
    const most = Float64Array.from({ length: features }, (_, j) => maxima[j] ?? 0);
    return [new Float64Array(features), most].map((data) => ({ shape: [features], data }));
  }

  toJSON(): JsonValue {
    const { features, outputs, feature, threshold, left, right, roots, values, gridBits } =
      this.trees;
    const list = (numbers: ArrayLike<number>): number[] => Array.from(numbers);
    return {
      ...{ features, outputs, gridBits: gridBits ?? null, feature: list(feature) },
      ...{ threshold: list(threshold), left: list(left), right: list(right) },
      ...{ roots: list(roots), values: list(values), decision: this.decision ?? null },
    };
  }
}

/** Fitted trees as integers; `x` gives the ranges of grids. */
export function codeTrees(fitted: FittedTrees, bits: TreeBits, x: Matrix): TreesCoded {
  const { ensemble, meaning, classes, offset = 0 } = fitted;
  const apart = classes.length === 0;
  const { trees, quantizer, step, scales, base } = quantizeTrees(ensemble, bits, x, apart);
  const { features } = ensemble;
  const coding = { inputQuantizer: quantizer, features, step, base, meaning, classes, offset };
  return new TreesCoded(new TreeCoding({ ...coding, ...(scales && { scales }) }), trees);
}

/** Fitted trees as integers whose sums only decide; `x` gives the ranges of grids, and the rows on which rounding is balanced. */
export function codeDecision(
  fitted: FittedTrees,
  decision: TreeDecision,
  bits: TreeBits & { readonly sums: number },
  x: Matrix,
): TreesCoded {
  const { ensemble, meaning, classes } = fitted;
  const { kind } = decision;
  const quantized = quantizeTrees(ensemble, bits, x, kind === "bit");
  const { features } = ensemble;
  const [top, answers] = kind === "classes" ? [decision.top, 1] : [1, decision.limits.length];
  const coding = new TreeCoding({
    ...{ inputQuantizer: quantized.quantizer, features, step: 1, base: new Float64Array(answers) },
    ...{ meaning, classes, result: kind, top },
  });
  const rows = coding.quantize(x, "X");
  return new TreesCoded(coding, decisionTrees(quantized, decision, rows, bits.sums), decision);
}

/** Reads what `toJSON` of an ensemble and of its coding gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
export function readTreesCoded(model: unknown, coding: unknown): TreesCoded {
  const path = "model file";
  const { features, outputs, gridBits, feature, threshold, left, right, roots, values, decision } =
    fieldsOf(model);
  const lists = isIntegerList(feature) && isIntegerList(threshold) && isIntegerList(left);
  if (!isCount(features) || !isCount(outputs) || !lists) throw corrupt(path);
  if (!isIntegerList(right) || !isIntegerList(roots) || !isFiniteList(values)) throw corrupt(path);
  const trees: IntegerTrees = {
    ...{ features, outputs, ...(isCount(gridBits) ? { gridBits } : {}) },
    feature: Int32Array.from(feature),
    threshold: Int32Array.from(threshold),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    roots: Int32Array.from(roots),
    values: Float64Array.from(values),
  };
  try {
    // Checks that every index lies within its table.
    readTrees(treeAttributes(trees), path);
  } catch {
    throw corrupt(path);
  }
  const read = TreeCoding.fromJSON(coding, path);
  const own = readDecision(decision, read.classes.length, read.top);
  const sums = own === undefined ? read.outputs : sumsOf(own);
  const answers = own?.kind === "bit" ? own.limits.length : read.outputs;
  const fits = read.result === (own?.kind ?? "scores") && read.outputs === answers;
  if (!fits || sums !== trees.outputs) throw corrupt(path);
  return new TreesCoded(read, trees, own);
}

/** Sums that a decision is made from. */
function sumsOf(decision: TreeDecision): number {
  return decision.kind === "bit" ? decision.limits.length : classPairs(decision.classes).length;
}

function readDecision(value: unknown, classes: number, top: number): TreeDecision | undefined {
  const { kind, limits, above } = fieldsOf(value);
  if (kind === "bit" && isFiniteList(limits)) return { kind, limits };
  // Files of earlier versions have one limit.
  if (kind === "bit" && isFiniteNumber(above)) return { kind, limits: [above] };
  return kind === "classes" ? { kind, classes, top } : undefined;
}

function corrupt(path: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem: "holds integer trees that do not fit together",
    cure: "Dump the model again",
  });
}
