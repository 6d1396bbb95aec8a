import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { referenceRates } from "../../src/plan/kernel-rates.js";
import { bootstrapTime, evaluationKeyBytes } from "../../src/plan/parameters/bootstrap-cost.js";
import {
  namedParameterSets,
  parameterSetName,
} from "../../src/plan/parameters/named-parameter-sets.js";
import { bootstrapVariance, predictLookup } from "../../src/plan/parameters/noise-prediction.js";
import { isSecure } from "../../src/security/curves.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("named sets, their keys and the table of docs/security.md are what the optimizer gives now", () => {
  const run = spawnSync(process.execPath, ["oracles/security/make-sets.mjs", "--check"], {
    cwd: root,
  });
  assert.equal(run.status, 0, run.stderr.toString());
});

test("every named set is secure and fails less often than its name says", () => {
  assert.equal(namedParameterSets.length, 32);
  for (const {
    name,
    precision,
    norm,
    failureLog2,
    parameters,
    extensionLog2,
  } of namedParameterSets) {
    const {
      glwe,
      bootstraps: [bootstrap],
    } = parameters;
    assert.ok(bootstrap);
    assert.equal(name, parameterSetName(precision, norm, failureLog2));
    assert.ok(isSecure(glwe.dimension * glwe.polynomialSize, glwe.noiseLog2, 64), name);
    assert.ok(isSecure(bootstrap.lwe.dimension, bootstrap.lwe.noiseLog2, 32), name);
    const lookup = { precision, negacyclic: false, tablesLog2: 0 };
    const norms = { bootstrapSquaredNorms: [norm ** 2], freshSquaredNorm: 0 };
    const { bootstrapGadget, lwe } = bootstrap;
    const sources = {
      fresh: 0,
      extraction: 0,
      bootstraps: [bootstrapVariance(glwe, bootstrapGadget, lwe.dimension)],
    };
    const noise = predictLookup(lookup, norms, sources, glwe, bootstrap, extensionLog2);
    assert.ok(noise.failureLog2 <= failureLog2, name);
  }
});

test("keys of the sets of the benchmarks stay small", () => {
  for (const [name, megabytes] of [
    ["p=4 norm=5 2^-128", 24],
    ["p=6 norm=1 2^-64", 60],
    ["p=7 norm=1 2^-64", 60],
    ["p=8 norm=1 2^-64", 60],
  ] as const) {
    const set = namedParameterSets.find((candidate) => candidate.name === name);
    assert.ok(set !== undefined, name);
    const { glwe, bootstraps } = set.parameters;
    const [bootstrap] = bootstraps;
    assert.ok(bootstrap);
    assert.ok(evaluationKeyBytes(glwe, bootstrap) <= megabytes * 1e6, name);
    assert.ok(bootstrapTime(glwe, bootstrap, set.extensionLog2, referenceRates).totalMs > 0);
  }
});
