// Prints Velum's MLIR modules and inputs for every program as JSON, for accept.py. Run after `npm run build`:
//   node oracles/concrete/print-modules.mjs [GROUP] > modules.json
import { moduleOf, readPrograms } from "../../dist/test/compile/concrete-programs.js";

const modules = Object.fromEntries(
  readPrograms(process.argv[2])
    .filter((program) => program.run !== false)
    .map((program) => [program.name, { mlir: moduleOf(program), inputset: program.inputset }]),
);
console.log(JSON.stringify(modules));
