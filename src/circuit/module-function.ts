import type { ModuleClient } from "../client/module-client.js";
import type { ServerModule } from "../runtime/server-module.js";
import type { CompileOptions } from "./compile-options.js";
import type { Compiled } from "./compiled.js";
import { CompiledFunction } from "./compiled-function.js";
import type { KeyedSides } from "./run/keyed-sides.js";

/** One function of a compiled module: like a `Circuit`, with the module's key, engine and files. */
export class ModuleFunction extends CompiledFunction {
  /** As the module calls it. */
  readonly name: string;

  constructor(
    compiled: Compiled,
    options: CompileOptions,
    sides: KeyedSides<ModuleClient, ServerModule>,
  ) {
    const { name } = compiled.graph;
    super(compiled, options, {
      get keys() {
        return sides.keys;
      },
      keygen: (own) => sides.keygen(own),
      client: async () => (await sides.client()).function(name),
      server: async () => (await sides.server()).function(name),
    });
    this.name = name;
  }
}
