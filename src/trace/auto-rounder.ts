import { VelumError } from "../base/error.js";
import { callPath } from "./origin.js";

let made = 0;

/**
 * A number of bits to remove that is found when a function is compiled: so many that `targetMsbs` bits of the measured width
 * are kept. One object used in several places removes as many bits everywhere as in the first.
 */
export class AutoRounder {
  readonly targetMsbs: number;
  /** Tells rounders apart in graphs. */
  readonly id: number;

  /** Errors: `bad-argument` unless `targetMsbs` is from 1 to 53. */
  constructor(targetMsbs = 8) {
    if (!Number.isInteger(targetMsbs) || targetMsbs < 1 || targetMsbs > 53) {
      throw new VelumError({
        code: "bad-argument",
        path: callPath("AutoRounder"),
        problem: `${targetMsbs} is no number of bits`,
        limit: "1 to 53",
        actual: targetMsbs,
        cure: "Give the number of highest bits to keep",
      });
    }
    this.targetMsbs = targetMsbs;
    this.id = made++;
  }
}
