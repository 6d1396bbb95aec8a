import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import { fixture } from "./concrete-programs.js";

interface Recorded {
  readonly modules: Readonly<
    Record<
      string,
      { readonly graphs: Readonly<Record<string, string>>; readonly mlir: string } | undefined
    >
  >;
}

const recorded: Recorded = JSON.parse(fixture("modules-widths.json"));
const one = { x: "encrypted" } as const;
const two = { x: "encrypted", y: "encrypted" } as const;
const upTo = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => i + from);
const pairs = (count: number): number[][] =>
  upTo(count).flatMap((i) => upTo(count).map((j) => [i, j]));
const vectors = (count: number): number[][] => upTo(count).map((i) => [i, (i * 5 + 1) % count]);

/** Texts of a module: its functions' graphs with assigned widths, and its MLIR. */
function check(name: string, graphs: Readonly<Record<string, string>>, mlir: string): void {
  const texts = recorded.modules[name];
  assert.ok(texts);
  assert.deepEqual(graphs, texts.graphs);
  assert.equal(mlir.trimEnd(), texts.mlir.trimEnd());
}

const assigned = { assignedWidths: true };

test("functions that all feed each other have Concrete's widths and module", async () => {
  const module = await fhe
    .module({
      add: fhe.function(two, (x, y) => x.add(y).mod(20)),
      dec: fhe.function(one, (x) => x.sub(1).mod(20)),
      inc: fhe.function(one, (x) => x.add(1).mod(20)),
    })
    .compile({ add: pairs(20), dec: upTo(20), inc: upTo(20) });
  const { add, dec, inc } = module;
  const graphs = { add: add.graph, dec: dec.graph, inc: inc.graph };
  check("counter", formatted(graphs), module.mlir);
});

test("signed functions of a module", async () => {
  const module = await fhe
    .module({
      half: fhe.function(one, (x) => x.floorDivide(2)),
      minus: fhe.function(one, (x) => fhe.refresh(x.neg())),
    })
    .compile({ half: upTo(16, -8), minus: upTo(16, -8) });
  const graphs = formatted({ half: module.half.graph, minus: module.minus.graph });
  // Refreshing is one table here: docs/deviations.md.
  assert.deepEqual(graphs, recorded.modules["signed"]?.graphs);
});

test("functions on vectors, one with two outputs", async () => {
  const table = Array.from({ length: 64 }, (_, i) => i % 4);
  const parameters = { x: "encrypted", w: "encrypted" } as const;
  const module = await fhe
    .module({
      mixed: fhe.function(parameters, (x, w) => [
        fhe.lookup(table, x.mul(3).add(w)),
        w.floorDivide(2),
      ]),
      turned: fhe.function(one, (x) => x.at(fhe.slice(null, null, -1)).mod(3)),
    })
    .compile({
      mixed: vectors(4).flatMap((a) => vectors(4).map((b) => [a, b])),
      turned: vectors(4),
    });
  const { mixed, turned } = module;
  check("vectors", formatted({ mixed: mixed.graph, turned: turned.graph }), module.mlir);
});

test("a pipeline of listed wires", async () => {
  const module = await fhe
    .module({
      first: fhe.function(one, (x) => [x.mul(5).mod(32), x.floorDivide(8)]),
      second: fhe.function(two, (x, y) => x.add(y)),
    })
    .compile(
      { first: upTo(32), second: pairs(4) },
      { wires: [{ from: "first", output: 1, to: "second", input: "x" }] },
    );
  const { first, second } = module;
  check("piped", formatted({ first: first.graph, second: second.graph }), module.mlir);
});

test("a composable circuit", async () => {
  const circuit = await fhe
    .compiler(one, (x) => x.mul(3).add(1).mod(7))
    .compile(upTo(7), { composable: true, name: "composable" });
  check("composable", formatted({ composable: circuit.graph }), circuit.mlir);
});

function formatted(
  graphs: Readonly<Record<string, { format(options: typeof assigned): string }>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(graphs).map(([name, graph]) => [name, graph.format(assigned)]),
  );
}
