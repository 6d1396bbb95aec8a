import { dotLines, dotText, escapeXml, svgHead, svgLines } from "./drawing.js";
import type { Graph } from "./graph.js";

/** A function of a module as it is drawn. */
export interface DrawnFunction {
  readonly graph: Graph;
  /** By node id, e.g. its cost. */
  readonly notes: ReadonlyMap<number, string>;
}

/** An output that may be fed to a parameter: positions of functions, outputs and parameters. */
export interface DrawnWire {
  readonly from: { readonly program: number; readonly output: number };
  readonly to: { readonly program: number; readonly input: number };
}

/** Several graphs in the language of Graphviz: a frame a function, a dashed edge a wire. */
export function drawModuleDot(
  functions: readonly DrawnFunction[],
  wires: readonly DrawnWire[],
): string {
  const frames = functions.flatMap(({ graph, notes }, at) => [
    `  subgraph cluster_f${at} {`,
    `    label="${dotText(graph.name)}";`,
    ...dotLines(graph, notes, `f${at}_`).map((line) => `  ${line}`),
    "  }",
  ]);
  const edges = wires.map(({ from, to }) => {
    const parameter = functions[to.program]?.graph.inputs[to.input] ?? 0;
    return `  f${from.program}_result${from.output} -> f${to.program}_n${parameter} [style=dashed, constraint=false];`;
  });
  return ['digraph "module" {', ...frames, ...edges, "}", ""].join("\n");
}

const headingHeight = 24;
const textHeight = 16;
const margin = 12;

/** The same as an SVG picture: functions one below the other; what may feed a parameter stands under the function's name. */
export function drawModuleSvg(
  functions: readonly DrawnFunction[],
  wires: readonly DrawnWire[],
): string {
  const lines: string[] = [];
  let right = 0;
  let y = margin;
  for (const [at, { graph, notes }] of functions.entries()) {
    const rules = rulesOf(functions, wires, at);
    lines.push(
      `<text x="${margin}" y="${y + textHeight}" font-weight="bold">${escapeXml(graph.name)}</text>`,
      ...rules.map(
        (rule, row) =>
          `<text x="${margin}" y="${y + headingHeight + (row + 1) * textHeight}">${escapeXml(rule)}</text>`,
      ),
    );
    y += headingHeight + rules.length * textHeight;
    const own = svgLines(graph, notes);
    lines.push(`<g transform="translate(0 ${y})">`, ...own.lines, "</g>");
    y += own.height;
    right = Math.max(right, own.width);
  }
  return [svgHead(right, y), ...lines, "</svg>", ""].join("\n");
}

/** `x may be fed by up 0, down 1`, a line a parameter. */
function rulesOf(
  functions: readonly DrawnFunction[],
  wires: readonly DrawnWire[],
  program: number,
): string[] {
  const own = wires.filter(({ to }) => to.program === program);
  const parameters = functions[program]?.graph.inputNodes() ?? [];
  return parameters.flatMap(({ name }, input) => {
    const sources = own
      .filter(({ to }) => to.input === input)
      .map(({ from }) => `${functions[from.program]?.graph.name} ${from.output}`);
    return sources.length === 0 ? [] : [`${name} may be fed by ${sources.join(", ")}`];
  });
}
