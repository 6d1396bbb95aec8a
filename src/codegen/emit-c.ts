import type { Stage } from "./stage.js";

const stageParameters =
  "char *workspace, word stride, const char *constants, const char *keys, char *scratch, word begin, word end";
const stageArguments = "workspace, stride, constants, keys, scratch, begin, end";

/** The stages as C, for the native engine: the same functions that `emitWasm` writes, to be linked with the kernels. */
export function emitC(stages: readonly Stage[]): string {
  const kernels = [...new Set(stages.map((stage) => stage.kernel))];
  const declarations = kernels.map((kernel) => {
    const constants = stages.find((stage) => stage.kernel === kernel)?.constants.length ?? 0;
    return `void ${kernel}(${stageParameters}${", word".repeat(1 + constants)});`;
  });
  const functions = stages.map(
    (stage, index) =>
      `__attribute__((visibility("default"))) void stage_${index}(${stageParameters}) {\n` +
      `  ${stage.kernel}(${stageArguments}, ${[stage.items, ...stage.constants].join(", ")});\n}`,
  );
  return `${["#include <stdint.h>", "typedef intptr_t word;", ...declarations, ...functions].join("\n")}\n`;
}
