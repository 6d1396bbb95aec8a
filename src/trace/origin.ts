import { VelumError } from "../base/error.js";
import type { Origin } from "../graph/builder.js";
import { placedName } from "../graph/node.js";

const tags: string[] = [];

/**
 * Runs `body`; nodes that it makes carry the tag `name`, joined with the enclosing tags by dots. The tag shows in printed
 * graphs and error messages. `body` must not be asynchronous. Error `bad-argument` where it is no function.
 */
export function tag<T>(name: string, body: () => T): T {
  if (typeof name !== "string") {
    throw new VelumError({
      code: "bad-argument",
      path: callPath("tag"),
      problem: `the name is a ${name === null ? "null" : typeof name}, not a text`,
      cure: 'Give a text: fhe.tag("layer", () => x.add(1))',
    });
  }
  if (typeof body !== "function") {
    throw new VelumError({
      code: "bad-argument",
      path: callPath("tag"),
      problem: "there is nothing to tag",
      cure: `Give a function that makes it: fhe.tag("${name}", () => x.add(1))`,
    });
  }
  tags.push(name);
  try {
    return body();
  } finally {
    tags.pop();
  }
}

/** Tag and source line of the code that calls into Velum. */
export function currentOrigin(): Origin {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = framesSearched;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  return { tag: tags.join("."), location: callerLocation(stack) };
}

/** How errors call something that is not recorded: its name, tag and source line. */
export function callPath(name: string): string {
  return placedName(name, currentOrigin());
}

/** V8 keeps ten frames by default; a model's own code may lie deeper below its caller. */
const framesSearched = 50;

/** Folder that holds all of Velum's own modules, as it appears in stack traces. */
const ownFolder = import.meta.url.replace(/[^/]+\/[^/]+$/, "");

/** `file:line` of the first frame outside Velum; empty where the host's stack traces do not tell. */
function callerLocation(stack: string): string {
  for (const line of stack.split("\n")) {
    // V8 writes `at f (url:line:column)`, other engines `f@url:line:column`.
    const frame = /((?:file|https?|webpack|node):[^\s()]*?|\/[^\s()]*?):(\d+):\d+\)?$/.exec(
      line.trim(),
    );
    const [, file, number] = frame ?? [];
    if (file === undefined || number === undefined || file.startsWith("node:")) continue;
    const url = file.startsWith("/") ? `file://${file}` : file;
    if (url.startsWith(ownFolder)) continue;
    return `${url.replace(/^file:\/\//, "")}:${number}`;
  }
  return "";
}
