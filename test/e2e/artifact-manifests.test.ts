import assert from "node:assert/strict";
import { test } from "node:test";
import { readClientFile } from "../../src/artifact/client-file.js";
import { readServerFile } from "../../src/artifact/server-file.js";
import { failure } from "../support/failure.js";
import { type Json, linear, lookups, withField } from "../support/made-artifacts.js";

test("every number of a server manifest is checked", async () => {
  const manifest = readServerFile(lookups.serverFile).manifest;
  const { constantBytes, requestBytes } = manifest;
  const copies = manifest.preparations.findIndex(({ kind }) => kind === "copy");
  const tables = manifest.preparations.findIndex(({ kind }) => kind === "tables");
  const cases: readonly (readonly [string, Json | undefined, string])[] = [
    ["uploadPlaces.0", -64, "uploadPlaces[0] is -64, and may be 0 to"],
    ["uploadPlaces.0", 7, "uploadPlaces does not hold the parts of a request"],
    ["uploadPlaces.0", requestBytes, "uploadPlaces does not hold the parts of a request"],
    ["uploadPlaces", [], "uploadPlaces does not hold the parts of a request"],
    ["uploadPlaces", "0", "uploadPlaces is not a list"],
    ["requestBytes", 64, "outputPlaces[0].bytes is"],
    ["requestBytes", 2 ** 40, "requestBytes is 1099511627776, and may be 64 to 2147483584"],
    ["requestBytes", undefined, "requestBytes is of type undefined"],
    ["constantBytes", 64, "preparations["],
    ["constantBytes", -1, "constantBytes is -1, and may be 0 to"],
    ["outputPlaces.0.offset", requestBytes, "outputPlaces[0].offset is"],
    ["outputPlaces.0.bytes", 8, "outputPlaces does not hold the outputs"],
    ["outputPlaces", [], "outputPlaces does not hold the outputs"],
    ["outputPlaces", null, "outputPlaces is not a list"],
    ["outputs", [], "outputs is empty"],
    ["outputs.0.wordBits", 65, "outputs[0].wordBits is 65, and may be 1 to 64"],
    ["outputs.0.form", "ggsw", "outputs[0].form is not the text that is due"],
    ["outputs.0.count", 2 ** 30, "outputs[0].count is 1073741824, and may be 1 to 16777216"],
    ["inputs.0.length", 0, "inputs[0].length is 0, and may be 1 to 16777216"],
    ["inputs.0.length", 2 ** 23, "uploadPlaces does not hold"],
    ["inputs.0.bodyBits", 0, "inputs[0].bodyBits is 0, and may be 1 to 64"],
    ["inputs", 3, "inputs is not a list"],
    ["stages.0.kernel", "velum_release", "stages[0].kernel is not the text that is due"],
    ["stages.0.items", 0, "stages[0].items is 0, and may be 1 to 16777216"],
    ["stages.0.heavy", 1, "stages[0].heavy is neither true nor false"],
    ["stages", {}, "stages is not a list"],
    [`preparations.${copies}.to`, constantBytes, `preparations[${copies}].to is`],
    [`preparations.${copies}.to`, -64, `preparations[${copies}].to is -64, and may be 0 to`],
    [`preparations.${copies}.from`, 2 ** 20, `preparations[${copies}].from is`],
    [`preparations.${copies}.bytes`, 2 ** 30, `preparations[${copies}].bytes is`],
    [`preparations.${copies}.kind`, "move", `preparations[${copies}].kind is not the text`],
    [`preparations.${tables}.count`, 1000, `preparations[${tables}].from is`],
    [`preparations.${tables}.precision`, 40, `preparations[${tables}].precision is 40, and may`],
    [`preparations.${tables}.to`, 0, "preparations overlap"],
    ["shapes", [], "stages["],
    ["shapes.0.place", -1, "shapes[0].place is -1, and may be 0 to"],
    ["shapes.0.place", 64 * 2, "shapes holds another shape than that of the parameters"],
    ["shapes.0.set", 1, "shapes[0].set is 1, and may be 0 to 0"],
    ["shapes.0.extensionLog2", 5, "shapes holds another shape than that of the parameters"],
    ["shapes.0.extensionLog2", 10, "shapes[0].extensionLog2 is 10, and may be 0 to 9"],
    ["parameters.bootstraps.0.lwe.dimension", 500, "shapes holds another shape than that of"],
    [`preparations.${tables}.extensionLog2`, 10, `preparations[${tables}].extensionLog2 is 10`],
    ["largestRead", 0, "largestRead is 0, and may be 1 to"],
    ["name", 3, "name is not the text that is due"],
  ];
  for (const [path, value, problem] of cases) {
    const bytes = withField(lookups.serverFile, "manifest.json", path, value);
    const found = await failure(() => readServerFile(bytes));
    const start = `file-corrupt server file: is damaged: ${problem}`;
    assert.equal(
      found.slice(0, start.length),
      start,
      `${path} = ${JSON.stringify(value)}: ${found}`,
    );
  }
  const odd = withField(
    lookups.serverFile,
    "manifest.json",
    "parameters.glwe.polynomialSize",
    4096,
  );
  assert.equal(
    await failure(() => readServerFile(odd)),
    "bad-argument parameters glwe.polynomialSize: is 4096, and may be 512, 1024, 2048. Use the parameters that a compiled circuit carries",
  );
  const shape = { place: 0, set: 0, extensionLog2: 0, tablesLog2: 0 };
  const unneeded = withField(linear.serverFile, "manifest.json", "shapes", [shape]);
  assert.match(await failure(() => readServerFile(unneeded)), /shapes\[0\].set is 0, and may be/);
});

test("every number of a client manifest is checked", async () => {
  const cases: readonly (readonly [string, Json | undefined, string])[] = [
    ["circuitId", "../../etc", "circuitId is not the text that is due"],
    ["vectorLength", 2 ** 40, "vectorLength is 1099511627776, and may be 1 to 16777216"],
    ["vectorLength", 1, "inputs do not fit into the vector"],
    ["vectorStart", 10 ** 6, "vectorStart is 1000000, and may be 0 to"],
    ["deltaLog2", 64, "deltaLog2 is 64, and may be 0 to 63"],
    ["bodyBits", 1.5, "bodyBits is 1.5, and may be 1 to 64"],
    ["inputs.0.shape", [2 ** 20, 2 ** 20], "inputs[0].shape has too many numbers"],
    ["inputs.0.shape", [-3], "inputs[0].shape[0] is -3, and may be 1 to 16777216"],
    ["inputs.0.shift", 64, "inputs[0].shift is 64, and may be 0 to 63"],
    ["inputs.0.max", -1, "inputs[0].max is -1, and may be 0 to"],
    ["inputs.0.name", null, "inputs[0].name is not the text that is due"],
    ["outputs.0.shape", [7], "outputs[0].layout holds another number of results than the shape"],
    ["outputs.0.residues", [7, 9], "outputs[0].layout holds another number of results"],
    ["outputs.0.residues", [6, 9], "outputs[0].residues are not pairwise coprime numbers"],
    ["outputs.0.residues", [1], "outputs[0].residues[0] is 1, and may be 2 to 256"],
    ["outputs.0.messageBits", 54, "outputs[0].messageBits is 54, and may be 1 to 53"],
    ["outputs.0.deltaLog2", 64, "outputs[0].deltaLog2 is 64, and may be 0 to"],
    ["outputs.0.signed", "no", "outputs[0].signed is neither true nor false"],
    ["outputs.0.layout.coefficients", [[4096]], "outputs[0].layout.coefficients outputs"],
    ["outputs.0.layout.coefficients", [["a"]], "outputs[0].layout.coefficients outputs"],
    ["outputs.0.layout.coefficients", [[]], "outputs[0].layout.coefficients lists no coeff"],
  ];
  for (const [path, value, problem] of cases) {
    const bytes = withField(linear.clientFile, "client.json", path, value);
    const found = await failure(() => readClientFile(bytes));
    const start = `file-corrupt client file: is damaged: ${problem}`;
    assert.equal(
      found.slice(0, start.length),
      start,
      `${path} = ${JSON.stringify(value)}: ${found}`,
    );
  }
});
