import { VelumError } from "../base/error.js";
import { contentText } from "../base/value-text.js";
import type { Tracer } from "./tracer.js";

/** Whether the server sees a value: `encrypted` it does not, `clear` it does. */
export type Encryption = "encrypted" | "clear";

/** What an operand is: numbers and tensors are clear. */
export type EncryptionOf<Operand> = Operand extends Tracer<infer Own> ? Own : "clear";

/** Of a result: encrypted if one of two operands is; open where that is not known of one and the other does not decide. */
export type JoinedEncryption<A extends Encryption, B extends Encryption> = [B] extends ["clear"]
  ? A
  : [A] extends ["encrypted"]
    ? "encrypted"
    : [B] extends ["encrypted"]
      ? "encrypted"
      : A | B;

/** Of a result of several operands. */
export type EncryptionOfAll<Operands extends readonly unknown[]> = Operands extends readonly [
  infer First,
  ...infer Rest,
]
  ? JoinedEncryption<EncryptionOf<First>, EncryptionOfAll<Rest>>
  : Operands extends readonly []
    ? "clear"
    : EncryptionOf<Operands[number]>;

/** The parameters of a function by name, in order. Types do not know that order: where both kinds are declared, they leave open which. */
export type NamedParameters = Readonly<Record<string, Encryption>>;

/** The same as pairs of name and encryption, whose order types know. */
export type ListedParameters = readonly (readonly [name: string, encryption: Encryption])[];

export type ParameterDeclarations = NamedParameters | ListedParameters;

/** What each traced value is that a function of named parameters gets. */
export type EncryptionIn<P extends NamedParameters> = P extends unknown
  ? Extract<P[keyof P], Encryption>
  : never;

/** The traced values that a function of listed parameters gets. */
export type TracersOf<P extends ListedParameters> = { [K in keyof P]: Tracer<P[K][1]> };

/** A function on traced values, one a parameter. It gives one result or several. */
export type TracedFunction<Tracers extends readonly Tracer[] = Tracer[]> = (
  ...tracers: Tracers
) => Tracer | readonly Tracer[];

/** The declarations by name, in order. Kinds are checked when the function is traced. Error `bad-argument` for what declares no names. */
export function byParameter(
  parameters: ParameterDeclarations,
): Readonly<Record<string, Encryption>> {
  if (typeof parameters !== "object" || parameters === null) throw wrongDeclaration(parameters);
  if (!isPairs(parameters)) return parameters;
  const wrong = parameters.findIndex(
    (pair: unknown) => !Array.isArray(pair) || typeof pair[0] !== "string",
  );
  if (wrong >= 0) throw wrongDeclaration(parameters[wrong]);
  return Object.fromEntries(parameters);
}

function wrongDeclaration(found: unknown): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: "parameters",
    problem: `${contentText(found)} declares no parameter`,
    limit: "encrypted or clear",
    cure: 'Give names with "encrypted" or "clear": { x: "encrypted", y: "clear" }, or pairs: [["x", "encrypted"], ["y", "clear"]]',
  });
}

function isPairs(parameters: ParameterDeclarations): parameters is ListedParameters {
  return Array.isArray(parameters);
}
