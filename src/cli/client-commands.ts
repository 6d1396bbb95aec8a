import { join } from "node:path";
import { isTensor, type NestedInput, toNested } from "../base/tensor.js";
import { bytesText } from "../circuit/cost/cost.js";
import type { ClientValue } from "../client/check-inputs.js";
import type { Client } from "../client/client.js";
import type { Label } from "../import/steps/steps.js";
import { readInputset } from "../trace/inputset.js";
import {
  type Command,
  type Options,
  oneAndMore,
  onlyOne,
  required,
  usageError,
} from "./arguments.js";
import { parseJson, readBytes, readJson, writeBytes } from "./files.js";
import { clientOf, clientOfAnswer, openClient, openClientWithKey } from "./open-sides.js";
import { choiceOf } from "./option-texts.js";
import { predictorOf, type ShownResult, shownResults } from "./predictors.js";
import { Progress } from "./progress.js";
import { readRows, readSamples, rowOf } from "./read-samples.js";

export const keygenCommand: Command = {
  summary: "a client's secret key, and evaluation keys for the server",
  help: `velum keygen CLIENT.zip -o FOLDER

Writes FOLDER/client.key, which stays with the client (whoever has it can decrypt), and, for circuits with look-ups
or a protected model, FOLDER/evaluation.keys for the server.`,
  options: ["output"],
  async run({ options, positionals }) {
    const path = onlyOne(positionals, "the client file");
    const folder = required(options, "output");
    const client = await openClient(path);
    const progress = new Progress();
    try {
      client.generateKey();
      const secret = join(folder, "client.key");
      await writeBytes(secret, client.exportKey(), true);
      console.log(`${secret}: secret key, keep it`);
      const keys = await client.evaluationKeys(progress.options("evaluation keys"));
      progress.end();
      if (keys === undefined) {
        console.log("no evaluation keys: the circuit needs none");
        return;
      }
      const file = join(folder, "evaluation.keys");
      await writeBytes(file, keys);
      console.log(`${file}: evaluation keys for the server, ${bytesText(keys.length)}`);
    } finally {
      progress.end();
      client.dispose();
    }
  },
};

export const encryptCommand: Command = {
  summary: "values become a request for the server",
  help: `velum encrypt CLIENT.zip --key CLIENT.key -o REQUEST VALUE...
velum encrypt CLIENT.zip --key CLIENT.key -o FOLDER --batch SAMPLES.json
                                                                     --function NAME, for the file of a module

One VALUE for each parameter, as JSON: 3 or [1,2,3]; or @FILE.json with a list of them. Words after -- may begin with a
minus sign: velum encrypt client.zip --key client.key -o request -- -3
A parameter that an earlier answer will feed is null; see velum run --from.
For a compiled model one VALUE: a row of its own columns, as JSON; null where a number is missing: '[5.1, "rose", null]'

--batch: a JSON list of samples (for several parameters a list of values each), or rows of a model as .csv or JSON. Sample
number 0 becomes FOLDER/0, and so on; velum run takes them all at once.`,
  options: ["key", "output", "batch", "function"],
  async run({ options, positionals }) {
    if (options["batch"] !== undefined) {
      await encryptBatch(onlyOne(positionals, "the client file"), options["batch"], options);
      return;
    }
    const [path, words] = oneAndMore(positionals, "the client file", "the values");
    const [key, output] = [required(options, "key"), required(options, "output")];
    const opened = await openClientWithKey(path, key);
    try {
      const client = clientOf(opened, options["function"]);
      const model = predictorOf(client);
      const request =
        model === undefined
          ? client.encrypt(...(await readValues(words)))
          : model.encrypt(await readRow(words));
      await writeBytes(output, request);
      console.log(`${output}: request, ${bytesText(request.length)}`);
    } finally {
      opened.dispose();
    }
  },
};

export const decryptCommand: Command = {
  summary: "answers of the server become values",
  help: `velum decrypt CLIENT.zip --key CLIENT.key ANSWER... [--show ${shownResults.join("|")}]

Prints one line of JSON an answer: the result, or a list for a program of several results. An answer of a module says itself which
function gave it. Of a compiled model: its prediction, or what --show names (probabilities in the order of the classes).`,
  options: ["key", "show"],
  async run({ options, positionals }) {
    const [path, answers] = oneAndMore(positionals, "the client file", "the answers");
    const show = options["show"];
    const shown = show === undefined ? undefined : choiceOf(shownResults, show, "--show");
    const client = await openClientWithKey(path, required(options, "key"));
    try {
      for (const answer of answers) {
        const file = await readBytes(answer);
        const own = clientOfAnswer(client, file, answer);
        console.log(JSON.stringify(resultOf(own, file, shown)));
      }
    } finally {
      client.dispose();
    }
  },
};

function resultOf(client: Client, answer: Uint8Array, shown: ShownResult | undefined): unknown {
  const model = predictorOf(client);
  if (model !== undefined) return model.results(answer, shown ?? "prediction");
  if (shown !== undefined) throw usageError("--show", "is for the files of models");
  const results = client.decrypt(answer).map(toNested);
  return results.length === 1 ? results[0] : results;
}

/** A row for a model: one word of JSON, or a file. */
async function readRow(words: readonly string[]): Promise<Label[]> {
  const word = onlyOne(words, "the row");
  const row = word.startsWith("@") ? await readJson(word.slice(1)) : parseJson(word, "the row");
  return rowOf(row, "the row");
}

async function encryptBatch(path: string, file: string, options: Options): Promise<void> {
  const [key, folder] = [required(options, "key"), required(options, "output")];
  const opened = await openClientWithKey(path, key);
  try {
    const client = clientOf(opened, options["function"]);
    const model = predictorOf(client);
    const requests =
      model === undefined
        ? await encryptSamples(client, file)
        : (await readRows(file)).map((row) => model.encrypt(row));
    for (const [index, request] of requests.entries()) {
      await writeBytes(join(folder, String(index)), request);
    }
    const bytes = requests.reduce((sum, { length }) => sum + length, 0);
    console.log(`${folder}: ${requests.length} requests, ${bytesText(bytes)}`);
  } finally {
    opened.dispose();
  }
}

async function encryptSamples(client: Client, file: string): Promise<Uint8Array[]> {
  const samples = await readSamples(file, undefined);
  const names = client.manifest.inputs.map(({ name }) => name);
  return readInputset(names, samples, file).map((values) => client.encrypt(...values));
}

async function readValues(words: readonly string[]): Promise<(ClientValue | null)[]> {
  const [first = ""] = words;
  if (words.length === 1 && first.startsWith("@")) {
    const file = first.slice(1);
    const listed = await readJson(file);
    if (!Array.isArray(listed)) throw usageError(file, "is not a list with a value a parameter");
    return listed.map((value, i) => checkValue(value, `${file}[${i}]`));
  }
  return words.map((word, i) => checkValue(parseJson(word, `value ${i}`), `value ${i}`));
}

/** Entries are checked when they are encrypted. */
function checkValue(value: unknown, path: string): ClientValue | null {
  if (value === null) return null;
  if (isNested(value) || isTensor(value)) return value;
  throw usageError(path, "is neither a number nor an array nor null");
}

function isNested(value: unknown): value is NestedInput {
  return ["number", "boolean"].includes(typeof value) || Array.isArray(value);
}
