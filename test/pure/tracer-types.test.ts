// What the types of traced values say. The checks are the compiler's: a wrong type does not build.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe, type Tracer, VelumError } from "../../src/index.js";

type Encrypted = Tracer<"encrypted">;
type Clear = Tracer<"clear">;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Compiles only where `Actual` is `Wanted`, no more and no less. */
function is<Wanted>() {
  return <Actual>(
    _: Actual,
    ..._same: Same<Actual, Wanted> extends true ? [] : [never]
  ): void => {};
}
/** True where a value of the one type may stand for one of the other. */
type Fits<A, B> = A extends B ? true : false;
const fits = <T extends boolean>(answer: T): T => answer;

const encrypted = is<Encrypted>();
const clear = is<Clear>();
const open = is<Tracer>();

test("parameters of one kind, and listed ones, have the type that they are declared with", () => {
  fhe.compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
    encrypted(x);
    encrypted(y);
    return x.add(y);
  });
  fhe.compiler(
    [
      ["x", "encrypted"],
      ["w", "clear"],
    ],
    (x, w) => {
      encrypted(x);
      clear(w);
      return x.mul(w);
    },
  );
  // An object's names have no order that types could know.
  fhe.compiler({ x: "encrypted", w: "clear" }, (x, w) => {
    open(x);
    open(w);
    return x.mul(w);
  });
  fhe.function([["x", "clear"]], (x) => {
    clear(x);
    return fhe.zeros().add(x);
  });
});

test("what is computed from clear values is clear, anything with an encrypted operand encrypted", () => {
  const types = (x: Encrypted, y: Clear, z: Tracer): void => {
    clear(y.add(1));
    clear(y.mul(y).sum(0).reshape(1).T);
    encrypted(x.add(1));
    encrypted(y.sub(x));
    encrypted(x.matmul(y));
    open(y.add(z));
    encrypted(x.add(z));
    encrypted(z.add(x));
    clear(fhe.add(y, [1, 2]));
    encrypted(fhe.maximum(y, x));
    clear(fhe.sqrt(y).astype("int64"));
    clear(fhe.where(y.less(3), y, 0));
    encrypted(fhe.where(x, y, 0));
    encrypted(fhe.where(y, x, 0));
    clear(fhe.concatenate([y, [1]]));
    encrypted(fhe.concatenate([y, x]));
    encrypted(fhe.stack([x, y]));
    encrypted(fhe.lookup(new fhe.LookupTable([1, 0]), x));
    encrypted(fhe.lookup(y, x));
    clear(fhe.lookup(y, y));
    encrypted(y.at(x));
    clear(y.at(0));
    encrypted(y.set([0], x));
    encrypted(y.set(x, 1));
    clear(y.set(0, 1));
    clear(fhe.multivariate((a, b) => a + b)(y, y));
    encrypted(fhe.multivariate((a, b) => a + b)(y, x));
    encrypted(fhe.conv(x, y));
    clear(fhe.conv(y, [[[1]]]));
    clear(fhe.roundBitPattern(y, 2));
    clear(fhe.bits(y).at(0));
    encrypted(fhe.zeros([2]));
    encrypted(fhe.constant(3));
    encrypted(fhe.array([y, 1]));
  };
  assert.equal(types.length, 3);
});

test("a clear value does not pass for an encrypted one", () => {
  fits<Fits<Clear, Encrypted>>(false);
  fits<Fits<Encrypted, Clear>>(false);
  fits<Fits<Encrypted, Tracer>>(true);
  fits<Fits<Tracer, Clear>>(false);
});

test("listed parameters compile like named ones; a wrong kind is refused by name", async () => {
  const circuit = await fhe
    .compiler(
      [
        ["b", "encrypted"],
        ["a", "clear"],
      ],
      (b, a) => b.sub(a),
    )
    .compile([
      [1, 3],
      [2, 0],
    ]);
  assert.deepEqual(await circuit.simulate(2, 3), -1);
  assert.match(String(circuit), /%0 = b\s.*EncryptedScalar[\s\S]*%1 = a\s.*ClearScalar/);
  const declared: [string, "clear"][] = [["x", JSON.parse('"secret"')]];
  await assert.rejects(
    fhe.compiler(declared, (x) => x).compile([1]),
    (error) =>
      error instanceof VelumError && /parameter "x": is declared "secret"/.test(error.message),
  );
});
