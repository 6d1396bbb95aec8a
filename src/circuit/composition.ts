import { VelumError } from "../base/error.js";
import { sameShape, shapeText } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import type { Bounds, GraphNode } from "../graph/node.js";
import { assignBitWidths } from "../passes/assign-bit-widths.js";
import { boundsFromInputs } from "../passes/interval-bounds.js";

/** An output that may be fed to a parameter without being decrypted in between; names of functions and parameters. */
export interface Wire {
  /** The function whose output it is. */
  readonly from: string;
  /** Number of the output; 0 where absent. */
  readonly output?: number;
  /** The function whose parameter takes it. */
  readonly to: string;
  /** Name of the parameter; the only one where absent. */
  readonly input?: string;
}

/** Which outputs may feed which parameters: all of one shape (`true`), none, or those of a list. */
export type Wiring = boolean | readonly Wire[];

/** A wire between graphs, by numbers. */
export interface Feed {
  readonly from: { readonly program: number; readonly output: number };
  readonly to: { readonly program: number; readonly input: number };
}

/**
 * The wires by numbers. Errors: `bad-argument` for names that do not exist and clear parameters, `bad-shape` where shapes differ.
 */
export function feedsOf(graphs: readonly Graph[], wiring: Wiring): Feed[] {
  if (wiring === false) return [];
  if (wiring !== true) return wiring.map((wire, at) => feedOf(graphs, wire, `wires[${at}]`));
  return graphs.flatMap((source, from) =>
    source.outputs.flatMap((id, output) =>
      graphs.flatMap((target, to) =>
        target
          .inputNodes()
          .flatMap((node, input) =>
            node.output.encrypted && sameShape(node.output.shape, source.node(id).output.shape)
              ? [{ from: { program: from, output }, to: { program: to, input } }]
              : [],
          ),
      ),
    ),
  );
}

function feedOf(graphs: readonly Graph[], wire: Wire, path: string): Feed {
  const from = graphs.findIndex(({ name }) => name === wire.from);
  const to = graphs.findIndex(({ name }) => name === wire.to);
  const [source, target] = [graphs[from], graphs[to]];
  const names = graphs.map(({ name }) => name).join(", ");
  if (source === undefined || target === undefined) {
    const missing = source === undefined ? wire.from : wire.to;
    throw refused(path, `names the function "${missing}"`, `Use one of ${names}`);
  }
  const output = wire.output ?? 0;
  const id = source.outputs[output];
  if (id === undefined) {
    const count = source.outputs.length;
    throw refused(
      path,
      `names output ${output} of "${wire.from}", which has ${count}`,
      "Count outputs from 0",
    );
  }
  const inputs = target.inputNodes();
  const input =
    wire.input === undefined && inputs.length === 1
      ? 0
      : inputs.findIndex((node) => node.name === wire.input);
  const node = inputs[input];
  if (node === undefined) {
    throw refused(
      path,
      `names no parameter of "${wire.to}"`,
      `Use one of ${inputs.map((own) => own.name).join(", ")}`,
    );
  }
  if (!node.output.encrypted) {
    throw refused(
      path,
      `feeds the clear parameter "${node.name}" of "${wire.to}"`,
      'Declare it "encrypted"',
    );
  }
  const shape = source.node(id).output.shape;
  if (!sameShape(shape, node.output.shape)) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `feeds a value of shape ${shapeText(shape)} to "${node.name}" of "${wire.to}", which has ${shapeText(node.output.shape)}`,
      limit: shapeText(node.output.shape),
      actual: shapeText(shape),
      cure: "Wire outputs to parameters of the same shape",
    });
  }
  return { from: { program: from, output }, to: { program: to, input } };
}

/**
 * Graphs (with bounds) whose fed parameters take everything that wired outputs were measured to give: their range is the union over all
 * ends that wires connect. Look-ups of them then cover that whole range.
 */
export function withFedRanges(graphs: readonly Graph[], feeds: readonly Feed[]): Graph[] {
  const groups = groupsOf(graphs, feeds);
  const ranges = new Map<string, Bounds>();
  for (const members of groups) {
    const bounds = members.map(({ program, node }) => boundsOf(graphs[program]?.node(node)));
    const range = {
      min: Math.min(...bounds.map(({ min }) => min)),
      max: Math.max(...bounds.map(({ max }) => max)),
    };
    for (const { program, node } of members) ranges.set(`${program}.${node}`, range);
  }
  return graphs.map((graph, program) =>
    graph.mapNodes((node) => {
      const range = ranges.get(`${program}.${node.id}`);
      if (range === undefined || node.kind !== "input") return node;
      const type = minimalIntegerType(range.min, range.max);
      const bits = Math.max(type.bits, node.hintBits ?? 0);
      const wider = { ...type, bits };
      return { ...node, bounds: range, hintBits: bits, output: { ...node.output, type: wider } };
    }),
  );
}

/** Most rounds of answers that come back as inputs until no range grows. */
const mostRounds = 32;

/**
 * Graphs with sound ranges for every chain of wires: fed parameters take what outputs may be, until nothing grows.
 * Error: `bad-argument` where ranges grow with every round.
 */
export function settledRanges(graphs: readonly Graph[], feeds: readonly Feed[]): Graph[] {
  let settled = [...graphs];
  for (let round = 0; round < mostRounds; round++) {
    const next = withFedRanges(settled, feeds).map((graph) => boundsFromInputs(graph));
    const grown = next.find((graph, program) =>
      graph.nodes.some(({ id, bounds }) => {
        const before = boundsOf(settled[program]?.node(id));
        return bounds?.min !== before.min || bounds.max !== before.max;
      }),
    );
    if (grown === undefined) return next;
    settled = next;
    if (round + 1 < mostRounds) continue;
    throw refused(
      `function "${grown.name}"`,
      "has ranges that grow with every round of answers as inputs, so that none holds for all",
      'End functions in mod or clip, or compile with bounds: "inputset"',
    );
  }
  return settled;
}

/**
 * Widths of all graphs: the least that the rules of every graph allow and that give both ends of each wire one width, as a ciphertext
 * needs that is the one and then the other. `inPlain`: see `assignBitWidths`.
 */
export function assignTogether(
  graphs: readonly Graph[],
  feeds: readonly Feed[],
  inPlain = false,
): Graph[] {
  const groups = groupsOf(graphs, feeds);
  const least = graphs.map(() => new Map<number, number>());
  for (;;) {
    const assigned = graphs.map((graph, program) =>
      assignBitWidths(graph, least[program], inPlain),
    );
    let settled = true;
    for (const members of groups) {
      const widths = members.map(
        ({ program, node }) => assigned[program]?.node(node).assignedBits ?? 1,
      );
      const widest = Math.max(...widths);
      if (widths.every((bits) => bits === widest)) continue;
      settled = false;
      for (const { program, node } of members) least[program]?.set(node, widest);
    }
    if (settled) return assigned;
  }
}

interface Member {
  readonly program: number;
  /** Id of an input node or an output. */
  readonly node: number;
}

/** Ends that wires connect, directly or over others. */
function groupsOf(graphs: readonly Graph[], feeds: readonly Feed[]): Member[][] {
  const groups: Member[][] = [];
  const groupOf = new Map<string, Member[]>();
  for (const { from, to } of feeds) {
    const ends = [
      { program: from.program, node: graphs[from.program]?.outputs[from.output] ?? 0 },
      { program: to.program, node: graphs[to.program]?.inputs[to.input] ?? 0 },
    ];
    const joined: Member[] = [];
    for (const end of ends) {
      const key = `${end.program}.${end.node}`;
      const known = groupOf.get(key) ?? [end];
      if (known !== joined && !joined.some((own) => known.includes(own))) joined.push(...known);
    }
    for (const member of joined) {
      const old = groupOf.get(`${member.program}.${member.node}`);
      const at = old === undefined ? -1 : groups.indexOf(old);
      if (at >= 0) groups.splice(at, 1);
    }
    for (const member of joined) groupOf.set(`${member.program}.${member.node}`, joined);
    groups.push(joined);
  }
  return groups;
}

function boundsOf(node: GraphNode | undefined): Bounds {
  if (node?.bounds !== undefined) return node.bounds;
  throw new Error("a wired value without bounds");
}

function refused(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "bad-argument", path, problem, cure });
}
