import { defineIdentity } from "../identity.js";

/** NumPy's `copy`. */
export const copy = defineIdentity("copy");
