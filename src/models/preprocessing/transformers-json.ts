import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { fieldsOf, isIntegerList } from "../../quantize/json-checks.js";
import { type ColumnRule, ColumnTransformer } from "./column-transformer.js";
import { MinMaxScaler } from "./min-max-scaler.js";
import { Normalizer } from "./normalizer.js";
import { OneHotEncoder } from "./one-hot-encoder.js";
import { PCA } from "./pca.js";
import { SimpleImputer } from "./simple-imputer.js";
import { StandardScaler } from "./standard-scaler.js";
import type { Transformer } from "./transformer.js";

/** One maker a class. */
const makers: Readonly<Record<string, (params: object) => Transformer<object>>> = {
  MinMaxScaler: (params) => new MinMaxScaler(params),
  Normalizer: (params) => new Normalizer(params),
  OneHotEncoder: (params) => new OneHotEncoder(params),
  PCA: (params) => new PCA(params),
  SimpleImputer: (params) => new SimpleImputer(params),
  StandardScaler: (params) => new StandardScaler(params),
};

/** Transformers within transformers; a hostile file could otherwise nest without end. */
const deepest = 8;

/** Classes and parameters of transformers, without what they were fitted to. */
export function transformersJson(transformers: readonly Transformer<object>[]): JsonValue {
  return transformers.map((transformer) => {
    const params = JSON.parse(JSON.stringify(transformer.getParams()));
    const { name } = transformer;
    if (!(transformer instanceof ColumnTransformer)) return { name, params };
    const rules = transformer.rules.map(([rule, columns]) => ({
      rule: rule === "passthrough" ? rule : transformersJson([rule]),
      columns: Array.from(columns),
    }));
    return { name, params, rules };
  });
}

/** Reads what `transformersJson` gave, from a file that nobody vouches for; unfitted. Errors: `file-corrupt`. */
export function readTransformers(value: unknown, path: string, depth = 0): Transformer<object>[] {
  if (!Array.isArray(value) || depth > deepest) throw corrupt(path);
  return value.map((entry: unknown) => {
    const { name, params, rules } = fieldsOf(entry);
    if (typeof name !== "string" || typeof params !== "object" || params === null) {
      throw corrupt(path);
    }
    try {
      if (name !== "ColumnTransformer") {
        const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
        if (make !== undefined) return make(params);
      } else if (Array.isArray(rules)) {
        return new ColumnTransformer(
          rules.map((rule: unknown) => readRule(rule, path, depth)),
          params,
        );
      }
    } catch (error) {
      // Parameters that a class does not have.
      if (!(error instanceof VelumError) || error.code !== "bad-argument") throw error;
    }
    throw corrupt(path);
  });
}

function readRule(value: unknown, path: string, depth: number): ColumnRule {
  const { rule, columns } = fieldsOf(value);
  if (!isIntegerList(columns)) throw corrupt(path);
  if (rule === "passthrough") return [rule, columns];
  const [transformer, ...more] = readTransformers(rule, path, depth + 1);
  if (transformer === undefined || more.length > 0) throw corrupt(path);
  return [transformer, columns];
}

function corrupt(path: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem: "holds transformers that this version does not know, or damaged ones",
    cure: "Dump the pipeline again",
  });
}
