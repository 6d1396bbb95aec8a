// Prints Velum's MLIR modules and inputs for every program as JSON, for accept.py. Run after `npm run build`:
//   node oracles/concrete/print-modules.mjs [GROUP] > modules.json
import {
  dialectModule,
  fixture,
  moduleOf,
  readPrograms,
} from "../../dist/test/compile/concrete-programs.js";
import { readWritten, writtenGraph } from "../../dist/test/compile/written/written-programs.js";

const group = process.argv[2];
/** Samples of programs written by hand that are run: all lowest, all highest, and one drawn at random. */
const samplesRun = 3;

function written() {
  return Object.entries(readWritten()).flatMap(([name, record]) => {
    const mlir = dialectModule(writtenGraph(name, record));
    if (mlir.trimEnd() === record.mlir?.trimEnd()) return [];
    return [[name, { mlir, inputset: record.inputset.slice(0, samplesRun) }]];
  });
}

function fromSteps() {
  const unseen = group === "unseen";
  /** Of programs drawn at random only those whose module is not Concrete's own: nobody needs to try the others. */
  const recorded = unseen ? JSON.parse(fixture("recorded-unseen.json")).programs : {};
  const differs = ({ name }, mlir) => mlir.trimEnd() !== recorded[name]?.mlir?.trimEnd();
  return readPrograms(group)
    .filter((program) => program.run !== false)
    .map((program) => [program.name, { mlir: moduleOf(program), inputset: program.inputset }])
    .filter(([name, { mlir }]) => !unseen || differs({ name }, mlir));
}

console.log(JSON.stringify(Object.fromEntries(group === "written" ? written() : fromSteps())));
