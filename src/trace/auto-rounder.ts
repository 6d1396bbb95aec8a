import { checkBits } from "./check-arguments.js";

let made = 0;

/**
 * A number of bits to remove that is found when a function is compiled: so many that `targetMsbs` bits of the measured width
 * are kept. One object used in several places removes as many bits everywhere as in the first.
 */
export class AutoRounder {
  /** Highest bits that are kept. */
  readonly targetMsbs: number;
  /** Tells rounders apart in graphs. */
  readonly id: number;

  /** Errors: `bad-argument` unless `targetMsbs` is from 1 to 53. */
  constructor(targetMsbs = 8) {
    checkBits(targetMsbs, "AutoRounder", "Give the number of highest bits to keep");
    this.targetMsbs = targetMsbs;
    this.id = made++;
  }
}
