import { defineFilled } from "../filled.js";

/** Zeros, trivially encrypted. */
export const zeros = defineFilled("zeros", 0, "Zeros of a shape as a trivial encryption. Free.");
