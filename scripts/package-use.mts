// A program of someone who installed the package. `check-package.mjs` checks its types and runs it in an empty project.
import { fhe } from "velum";
import "velum/client";

const double = fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul([2], x).add(2));
const circuit = await double.compile([[0], [1], [2], [3]]);
const result = await circuit.encryptRunDecrypt([3]);
if (String(result) !== "8") throw new Error(`2 * 3 + 2 gave ${String(result)}`);
console.log("2 * 3 + 2 = 8, encrypted");
process.exit(0);
