import assert from "node:assert/strict";
import { test } from "node:test";
import type { NestedArray } from "../../src/base/tensor.js";
import type { CompiledModule } from "../../src/circuit/compiled-module.js";
import { fixture } from "./concrete-programs.js";
import { modulePrograms } from "./module-programs.js";

/** What Concrete printed and computed. */
interface Recorded {
  readonly concretePython: string;
  readonly modules: Readonly<Record<string, RecordedModule>>;
}

interface RecordedModule {
  readonly mlir: string;
  readonly graphs: Readonly<Record<string, string>>;
  readonly runs: readonly {
    readonly function: string;
    /** One a parameter; `answer 2` is the first result of run 2. */
    readonly values: readonly (NestedArray | string)[];
    readonly results: readonly NestedArray[];
  }[];
}

const recorded: Recorded = JSON.parse(fixture("modules.json"));

/** The functions of a module's text, sorted: Concrete prints them in the order of their names. */
function functionsOf(mlir: string): string[] {
  return mlir
    .trimEnd()
    .slice("module {\n".length, -"\n}".length)
    .split(/\n(?= {2}func\.func)/)
    .sort();
}

function moduleNamed(name: string): Promise<CompiledModule> {
  const found = Object.entries(modulePrograms).find(([own]) => own === name);
  assert.ok(found);
  return found[1]();
}

for (const [name, { mlir, graphs, runs }] of Object.entries(recorded.modules)) {
  test(`${name}: graphs and MLIR of a module are Concrete's, and runs give what it computed`, async () => {
    const module = await moduleNamed(name);
    assert.deepEqual(functionsOf(module.mlir), functionsOf(mlir));
    assert.deepEqual(
      Object.fromEntries([...module.functions].map(([own, { graph }]) => [own, graph.format()])),
      graphs,
    );
    const answers: Uint8Array[] = [];
    for (const run of runs) {
      const own = module.functions.get(run.function);
      assert.ok(own);
      const fed = run.values.map((value) =>
        typeof value === "string" ? answers[Number(value.split(" ")[1])] : undefined,
      );
      const names = own.graph.inputNodes().map((node) => node.name);
      const from = Object.fromEntries(
        fed.flatMap((answer, at) => (answer ? [[names[at] ?? "", answer]] : [])),
      );
      const request = await own.encrypt(
        ...run.values.map((value) => (typeof value === "string" ? null : value)),
      );
      const input = Object.keys(from).length === 0 ? request : { request, from };
      const [answer = request] = await own.run([input]);
      answers.push(answer);
      const results = await own.decrypt(answer);
      assert.deepEqual(run.results.length === 1 ? [results] : results, run.results);
    }
    await module.close();
  });
}
