import { defineFilled } from "../filled.js";

/** Ones, trivially encrypted. */
export const ones = defineFilled("ones", 1, "Ones of a shape as a trivial encryption. Free.");
