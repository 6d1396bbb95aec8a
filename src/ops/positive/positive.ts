import { defineIdentity } from "../identity.js";

/** NumPy's `positive`. */
export const positive = defineIdentity("positive");
