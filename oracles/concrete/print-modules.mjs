// Prints Velum's MLIR modules and inputs for every program as JSON, for accept.py. Run after `npm run build`:
//   node oracles/concrete/print-modules.mjs [GROUP] > modules.json
import { fixture, moduleOf, readPrograms } from "../../dist/test/compile/concrete-programs.js";

const unseen = process.argv[2] === "unseen";
/** Of programs drawn at random only those whose module is not Concrete's own: nobody needs to try the others. */
const recorded = unseen ? JSON.parse(fixture("recorded-unseen.json")).programs : {};
const differs = ({ name }, mlir) => mlir.trimEnd() !== recorded[name]?.mlir?.trimEnd();

const modules = Object.fromEntries(
  readPrograms(process.argv[2])
    .filter((program) => program.run !== false)
    .map((program) => [program.name, { mlir: moduleOf(program), inputset: program.inputset }])
    .filter(([name, { mlir }]) => !unseen || differs({ name }, mlir)),
);
console.log(JSON.stringify(modules));
