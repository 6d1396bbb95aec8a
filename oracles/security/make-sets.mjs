// Runs the optimizer for the named parameter sets and writes what depends on them:
//   src/plan/parameters/named-parameter-rows.ts, oracles/security/keys.json, and the table of docs/security.md.
// After `npm run build`: node oracles/security/make-sets.mjs [--check]
// With --check nothing is written; the exit status is 1 when a file is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const dist = new URL("dist/src/", root);
const { chooseParameters } = await import(new URL("plan/parameters/choose-parameters.js", dist));
const { noLimits } = await import(new URL("plan/parameters/parameter-request.js", dist));
const { referenceRates } = await import(new URL("plan/kernel-rates.js", dist));
const { linearKeys } = await import(new URL("plan/search-space.js", dist));
const { tuniformNoiseLog2 } = await import(new URL("security/curves.js", dist));
const { estimateSecurity } = await import(new URL("security/estimate.js", dist));

const precisions = [1, 2, 3, 4, 5, 6, 7, 8];
const sets = [-64, -128].flatMap((failureLog2) =>
  [1, 5].flatMap((norm) => precisions.map((precision) => chooseSet(precision, norm, failureLog2))),
);

function chooseSet(precision, norm, failureLog2) {
  const sources = [{ bootstrapSquaredNorms: [norm ** 2], freshSquaredNorm: 0 }];
  const sum = { sources, count: 1 };
  const choice = chooseParameters({
    lookups: [{ ...sum, precision, negacyclic: false, tablesLog2: 0 }],
    outputs: [{ ...sum, bits: precision, padded: true }],
    failureLog2,
    uploadLength: 1,
    limits: noLimits,
    rates: referenceRates,
  });
  return { precision, norm, failureLog2, choice };
}

function rowsFile() {
  const rows = sets.map(({ precision, norm, failureLog2, choice }) => {
    const { glwe, bootstraps } = choice.parameters;
    const [{ lwe, bootstrapGadget, keySwitchGadget }] = bootstraps;
    const [{ extensionLog2 }] = choice.rotations;
    const row = [
      precision,
      norm,
      failureLog2,
      glwe.dimension,
      glwe.polynomialSize,
      glwe.noiseLog2,
      lwe.dimension,
      lwe.noiseLog2,
      bootstrapGadget.baseLog,
      bootstrapGadget.levels,
      keySwitchGadget.baseLog,
      keySwitchGadget.levels,
      extensionLog2,
    ];
    return `  [${row.join(", ")}],\n`;
  });
  return `// Made by oracles/security/make-sets.mjs. Do not edit.

/** One set; noise as the bounds of TUniform distributions. */
export type ParameterSetRow = readonly [
  precision: number,
  norm: number,
  failureLog2: number,
  k: number,
  polynomialSize: number,
  glweNoiseLog2: number,
  n: number,
  lweNoiseLog2: number,
  baseLog: number,
  levels: number,
  keySwitchBaseLog: number,
  keySwitchLevels: number,
  extensionLog2: number,
];

export const parameterSetRows: readonly ParameterSetRow[] = [
${rows.join("")}];
`;
}

/** Every key that the sets and the linear lane use: dimension, TUniform bound, log2 of the modulus. */
function distinctKeys() {
  const keys = new Map();
  const add = (kind, dimension, bound, modulusLog2) =>
    keys.set(`${modulusLog2} ${dimension}`, { kind, dimension, bound, modulusLog2 });
  for (const glwe of linearKeys())
    add("GLWE", glwe.dimension * glwe.polynomialSize, glwe.noiseLog2, 64);
  for (const { choice } of sets) {
    const { glwe, bootstraps } = choice.parameters;
    const [bootstrap] = bootstraps;
    add("GLWE", glwe.dimension * glwe.polynomialSize, glwe.noiseLog2, 64);
    add("LWE", bootstrap.lwe.dimension, bootstrap.lwe.noiseLog2, 32);
  }
  return [...keys.values()].sort(
    (a, b) => b.modulusLog2 - a.modulusLog2 || a.dimension - b.dimension,
  );
}

function keysFile() {
  return `[\n${distinctKeys()
    .map((key) => `  ${spaced(JSON.stringify(key))}`)
    .join(",\n")}\n]\n`;
}

function spaced(json) {
  return json.replaceAll(":", ": ").replaceAll(",", ", ").replace("{", "{ ").replace("}", " }");
}

function tables() {
  const keyRows = distinctKeys().map(({ kind, dimension, bound, modulusLog2 }) => {
    const noise = tuniformNoiseLog2(bound, modulusLog2);
    const { bits, claimOnly } = estimateSecurity(dimension, noise);
    const shown = `${claimOnly ? "at least " : ""}${(Math.floor(bits * 10) / 10).toFixed(1)}`;
    return `| ${kind} | ${dimension} | 2^${modulusLog2} | ${bound} | ${noise.toFixed(2)} | ${shown} |`;
  });
  const setRows = sets.map(({ precision, norm, failureLog2, choice }) => {
    const { glwe, bootstraps } = choice.parameters;
    const [{ lwe, bootstrapGadget, keySwitchGadget }] = bootstraps;
    const [{ extensionLog2 }] = choice.rotations;
    return [
      "",
      `p=${precision} norm=${norm} 2^${failureLog2}`,
      glwe.dimension,
      glwe.polynomialSize,
      2 ** extensionLog2,
      lwe.dimension,
      `${bootstrapGadget.levels} x 2^${bootstrapGadget.baseLog}`,
      `${keySwitchGadget.levels} x 2^${keySwitchGadget.baseLog}`,
      choice.lookups[0].failureLog2.toFixed(1),
      (choice.evaluationKeyBytes / 1e6).toFixed(1),
      "",
    ]
      .join(" | ")
      .trim();
  });
  return [
    "| key | dimension | modulus | TUniform b | log2 sigma/q | estimated bits |",
    "| --- | --- | --- | --- | --- | --- |",
    ...keyRows,
    "",
    "| set | k | N | accumulators | n | bootstrap levels | key-switch levels | log2 failure | keys, MB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...setRows,
  ].join("\n");
}

function docsFile() {
  const text = readFileSync(new URL("docs/security.md", root), "utf8");
  return text.replace(
    /(<!-- sets:begin -->\n)[\s\S]*(<!-- sets:end -->)/,
    (_, begin, end) => `${begin}\n${tables()}\n\n${end}`,
  );
}

const files = {
  "src/plan/parameters/named-parameter-rows.ts": rowsFile(),
  "oracles/security/keys.json": keysFile(),
  "docs/security.md": docsFile(),
};
const check = process.argv.includes("--check");
for (const [path, text] of Object.entries(files)) {
  const file = fileURLToPath(new URL(path, root));
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    console.error(`${path} is out of date: run node oracles/security/make-sets.mjs`);
    process.exitCode = 1;
  }
}
