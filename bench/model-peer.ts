import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lastLine } from "./peer-process.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Milliseconds of one encrypted run of Concrete ML 1.9.0 on two cores (AVX-512), measured with the script below. */
export const recordedRunMs: Readonly<Record<string, number>> = {
  logreg_bc_8b: 3.871,
  linreg_diab_8b: 1.656,
  logreg_digits_8b: 6.535,
  tree_bc_d5_6b: 888.5,
  rf_bc_20x4_6b: 11_465,
  xgb_bc_20x3_6b: 6446,
  xgb_bc_50x3_6b: 13_357,
  xgb_diab_20x3_6b: 8211,
};

/**
 * The same model in Concrete ML, now, where `.cache/peers/concrete-ml` is a Python environment that has it (`python3 -m venv`, then
 * `pip install concrete-ml==1.9.0`); else the reason why not.
 */
export async function concreteMl(
  name: string,
): Promise<{ readonly peer: string; readonly runMs: number } | { readonly missing: string }> {
  const python = `${root}.cache/peers/concrete-ml/bin/python`;
  if (!existsSync(python)) return { missing: "no Python environment with concrete-ml" };
  try {
    const script = `${root}bench/peers/concrete_ml.py`;
    const { stdout } = await promisify(execFile)(python, [script, name], { timeout: 600_000 });
    const report: { readonly peer: string; readonly runMs: number } = JSON.parse(lastLine(stdout));
    return report;
  } catch (error) {
    return { missing: error instanceof Error ? lastLine(error.message) : String(error) };
  }
}
