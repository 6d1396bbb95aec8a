// The modules of oracles/concrete/record_modules.py.
import { fhe } from "../../src/index.js";

const hours = Array.from({ length: 12 }, (_, hour) => hour);
const values = Array.from({ length: 8 }, (_, value) => value);
const vectors = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].map((b) => [a, b, 3 - a]));
const pairs = (own: readonly number[]): number[][] => own.flatMap((a) => own.map((b) => [a, b]));
const square = new fhe.LookupTable(values.map((value) => value * value));

const clock = fhe.module({
  tick: fhe.function({ hour: "encrypted" }, (hour) => hour.add(1).mod(12)),
  later: fhe.function({ a: "encrypted", b: "encrypted" }, (a, b) => a.add(b).mod(12)),
});
const wired = fhe.module({
  narrow: fhe.function({ x: "encrypted" }, (x) => x.mod(4)),
  wide: fhe.function({ x: "encrypted", y: "encrypted" }, (x, y) => [
    square.apply(x).add(y),
    x.sub(y),
  ]),
});
const apart = fhe.module({
  weigh: fhe.function({ x: "encrypted" }, (x) => x.dot([2, -3, 1])),
  look: fhe.function({ x: "encrypted" }, (x) => square.apply(x.add(1))),
});

/** Compiled, by name. */
export const modulePrograms = {
  clock: () => clock.compile({ tick: hours, later: pairs(hours) }),
  wired: () =>
    wired.compile(
      { narrow: values, wide: pairs(values) },
      { wires: [{ from: "narrow", to: "wide", input: "x" }] },
    ),
  apart: () => apart.compile({ weigh: vectors, look: vectors }, { wires: false }),
} as const;
