import { isBootstrap } from "../tfhe/bootstrap-shape.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import { readClearInfo } from "./clear-info.js";
import { checkOverlap, checkShapes, readPreparation, readShapes } from "./constant-fields.js";
import type { JsonFields } from "./json-fields.js";
import { type ServerManifest, type StageInfo, serverFormat } from "./server-manifest.js";
import {
  checkFormat,
  mostBytes,
  mostEntries,
  mostNumbers,
  readParameters,
} from "./shared-fields.js";
import { readFeed, readPlace, readWorkspace } from "./workspace-fields.js";

const mostSlots = 4096;

/**
 * Reads the manifest of a server file and checks that everything the host does by it stays within the blocks it allocates: constants
 * of `constantBytes`, requests of `requestBytes`, and `constants` as they travel. Errors: `file-version`, `file-corrupt`, `bad-argument`.
 */
export function readServerManifest(fields: JsonFields, constants: Uint8Array): ServerManifest {
  const format = checkFormat("server file", fields.value("format"), serverFormat);
  const parameters = readParameters(fields.object("parameters"), format);
  const constantBytes = fields.integer("constantBytes", 0, mostBytes);
  const workspace = readWorkspace(fields, parameters);
  const { polynomialSize } = parameters.glwe;
  const read = Math.max(0, ...workspace.outputs.map(mostRead));
  const shapes = readShapes(fields, parameters, constantBytes, format);
  const manifest: ServerManifest = {
    format,
    name: fields.text("name"),
    parameters,
    stages: fields.objects("stages", mostEntries, (own) => readStage(own, shapes.length, format)),
    preparations: fields.objects("preparations", mostEntries, (own) =>
      readPreparation(own, parameters, constants.length, constantBytes),
    ),
    constantBytes,
    ...workspace,
    shapes,
    largestRead: fields.integer("largestRead", Math.max(1, read), polynomialSize),
    // Format 1 knew no decision diagrams.
    largestSlots: fields.has("input") ? 0 : fields.integer("largestSlots", 0, mostSlots),
  };
  const whole = {
    ...manifest,
    ...(fields.has("firstStage")
      ? { firstStage: fields.integer("firstStage", 0, mostEntries) }
      : {}),
    ...(fields.has("randomPlace")
      ? { randomPlace: readPlace(fields.object("randomPlace"), workspace.requestBytes) }
      : {}),
    ...(fields.has("clear")
      ? { clear: readClearInfo(fields.object("clear"), polynomialSize, workspace.requestBytes) }
      : {}),
    ...(fields.has("feed") ? { feed: readFeed(fields.object("feed"), manifest) } : {}),
  };
  if (parameters.publicKey === true && whole.randomPlace === undefined) {
    throw fields.misfit("randomPlace", "is missing");
  }
  checkOverlap(fields, manifest);
  checkShapes(fields, manifest, constants);
  return whole;
}

function readStage(fields: JsonFields, shapes: number, format: number): StageInfo {
  const stage = {
    kernel: fields.text("kernel", /^velum_stage_[a-z_]+$/),
    items: fields.integer("items", 1, mostNumbers),
    heavy: fields.flag("heavy"),
  };
  if (!isBootstrap(stage)) return stage;
  return { ...stage, shape: format === 1 ? 0 : fields.integer("shape", 0, shapes - 1) };
}

function mostRead(layout: OutputLayout): number {
  if (layout.form === "lwe") return 1;
  return layout.coefficients.reduce((most, { length }) => Math.max(most, length), 0);
}
