import type { ServerFile } from "../artifact/server-file.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import { allocate, callKernel, type Engine, release } from "./engine.js";

/** Copies a program's constants into an engine and transforms weights and tables; returns where they lie. */
export async function loadConstants(engine: Engine, file: ServerFile): Promise<Address> {
  const { manifest, constants } = file;
  const N = manifest.parameters.glwe.polynomialSize;
  const raw = await allocate(engine, constants.length);
  const loaded = await allocate(engine, manifest.constantBytes);
  const scratch = await allocate(engine, await callKernel(engine, "velum_linear_scratch_bytes", N));
  await engine.run(0, [{ do: "write", address: raw, data: constants }]);
  for (const step of manifest.preparations) {
    const from = offsetAddress(raw, step.from);
    const to = offsetAddress(loaded, step.to);
    const count = step.count ?? 0;
    if (step.kind === "copy") {
      // A copy: a view would take all constants along to a worker.
      const data = constants.slice(step.from, step.from + (step.bytes ?? 0));
      await engine.run(0, [{ do: "write", address: to, data }]);
    } else if (step.kind === "weights") {
      for (let i = 0; i < count; i++) {
        await callKernel(
          engine,
          "velum_weights_to_fourier",
          to + i * N * 8,
          from + i * N * 4,
          N,
          scratch,
        );
      }
    } else {
      const { precision = 0, extensionLog2 = 0, tablesLog2 = 0 } = step;
      const bytes = (N << extensionLog2) * 4;
      for (let i = 0; i < count; i++) {
        const values = from + i * (4 << (precision + tablesLog2));
        await callKernel(
          engine,
          "velum_expand_table",
          to + i * bytes,
          values,
          precision,
          tablesLog2,
          N,
          extensionLog2,
        );
      }
    }
  }
  await release(engine, raw, scratch);
  return loaded;
}
