import { VelumError } from "../../src/base/error.js";

/** Code and text of the error of Velum that `work` ends in; "nothing" where it ends in none. Other errors pass. */
export async function failure(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof VelumError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "nothing";
}
