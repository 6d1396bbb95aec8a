import { bytesText, type CircuitCost } from "./cost.js";

/** What a module takes; `String(cost)` is a text for people. */
export interface ModuleCost {
  readonly functions: Readonly<Record<string, CircuitCost>>;
  /** One set serves all functions: as it travels, and in the server's memory. */
  readonly evaluationKeyBytes: number;
  readonly expandedKeyBytes: number;
  /** Constants and a request of every function, and one client's keys once. */
  readonly serverMemoryBytes: number;
  toString(): string;
}

/** Joins the costs of functions that share keys. */
export function moduleCost(functions: Readonly<Record<string, CircuitCost>>): ModuleCost {
  const costs = Object.values(functions);
  const largest = (values: readonly number[]): number => Math.max(0, ...values);
  const expandedKeyBytes = largest(costs.map((own) => own.expandedKeyBytes));
  const fields = {
    functions,
    evaluationKeyBytes: largest(costs.map((own) => own.evaluationKeyBytes)),
    expandedKeyBytes,
    serverMemoryBytes: costs.reduce(
      (sum, own) => sum + own.serverMemoryBytes - own.expandedKeyBytes,
      expandedKeyBytes,
    ),
  };
  // Not enumerable: costs compare, print and travel as plain data.
  return Object.defineProperty(fields, "toString", { value: () => formatModuleCost(fields) });
}

function formatModuleCost(cost: Omit<ModuleCost, "toString">): string {
  const parts = Object.entries(cost.functions).map(([name, own]) => `${name}:\n${own}`);
  const keys =
    cost.evaluationKeyBytes === 0
      ? "none"
      : `${bytesText(cost.evaluationKeyBytes)}, expanded ${bytesText(cost.expandedKeyBytes)}`;
  const memory = bytesText(cost.serverMemoryBytes);
  const whole = `all functions:\nevaluation keys  ${keys}\nserver memory    ${memory}`;
  return [...parts, whole].join("\n\n");
}
