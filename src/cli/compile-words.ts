import { VelumError } from "../base/error.js";
import { choices } from "../circuit/check-option-values.js";
import { checkFailure } from "../circuit/compile/failure-options.js";
import {
  type CompileOptions,
  checkLimits,
  compileSettings,
  protectionDistance,
} from "../circuit/compile-options.js";
import { type Options, usageError } from "./arguments.js";
import { choiceWord, flagWord, numberWord, type OptionWord, textWord } from "./option-texts.js";

/**
 * Every option of `compile`, as a word of the command line; `undefined` for what has no text: the terminal shows the stages. An option
 * without an entry does not compile.
 */
export const compileWords: {
  readonly [K in keyof CompileOptions]: OptionWord<CompileOptions[K]> | undefined;
} = {
  name: textWord("name", "NAME", "name in texts and files"),
  failureLog2: numberWord(
    "failure",
    "LOG2",
    "log2 of the failure probability of each look-up and output; default -64",
  ),
  pError: numberWord("p-error", "P", "the same as a probability, instead of --failure"),
  globalPError: numberWord("global-p-error", "P", "failure probability of a whole run"),
  securityLevel: numberWord("security-level", "BITS", "bits of security at least; always 132"),
  maxEvaluationKeyBytes: numberWord(
    "max-key-bytes",
    "N",
    "evaluation keys as they travel; 0 for none",
  ),
  maxUploadBytes: numberWord("max-upload-bytes", "N", "one request as it travels"),
  maxMemoryBytes: numberWord("max-memory-bytes", "N", "the server's memory"),
  maxRunMs: numberWord("max-run-ms", "N", "predicted look-ups of one run on one thread"),
  machine: choiceWord("machine", choices.machine, "whose speed decides; default this machine"),
  inputForm: choiceWord("input-form", choices.inputForm, "numbers: never as one-hot cells"),
  bounds: choiceWord(
    "bounds",
    choices.bounds,
    "intervals: ranges for all inputs within the inputset's",
  ),
  roundingExactness: choiceWord(
    "rounding-exactness",
    choices.roundingExactness,
    "of roundings that do not say",
  ),
  roundingBand: numberWord(
    "rounding-band",
    "STEPS",
    "around ties, where approximate roundings may be off",
  ),
  composable: flagWord("composable", "answers may be inputs again without being decrypted"),
  protectModel: {
    ...{ word: "protect-model", shown: "BITS" },
    help: "answers say nothing of the model but their values, within 2^-BITS (40 is usual)",
    read: (text) => ({ bits: numberWord("protect-model", "BITS", "").read(text) }),
  },
  uploadForm: choiceWord("upload-form", choices.uploadForm, "how bits for decision trees travel"),
  runtime: choiceWord("runtime", choices.runtime, "where this machine's speed is measured"),
  threads: numberWord("threads", "N", "for the same"),
  debugFolder: textWord("debug", "FOLDER", "gets what every stage leaves, after a failure too"),
  onStage: undefined,
};

const names = Object.keys(compileWords).filter(isOptionName);

/** The words in the order of the help. */
export const compileWordList: readonly OptionWord<unknown>[] = names.flatMap((name) => {
  const word = compileWords[name];
  return word === undefined ? [] : [word];
});

/** The options that the words give. Error `bad-argument` for a value that no option has: the command was called wrongly. */
export function compileOptions(options: Options): Partial<CompileOptions> {
  const found: { -readonly [K in keyof CompileOptions]?: CompileOptions[K] } = {};
  for (const name of names) setOption(found, name, options);
  checkValues(found);
  return found;
}

function setOption<K extends keyof CompileOptions>(
  found: { -readonly [N in keyof CompileOptions]?: CompileOptions[N] },
  name: K,
  options: Options,
): void {
  const own: OptionWord<CompileOptions[K]> | undefined = compileWords[name];
  const text = own === undefined ? undefined : options[own.word];
  if (own !== undefined && text !== undefined) found[name] = own.read(text);
}

/** Before anything is traced, and under the words' names. */
function checkValues(found: Partial<CompileOptions>): void {
  try {
    const settings = compileSettings(found, "");
    checkLimits(settings);
    checkFailure(settings);
    protectionDistance(settings);
  } catch (error) {
    if (!(error instanceof VelumError) || !isOptionName(error.path)) throw error;
    throw usageError(`--${compileWords[error.path]?.word}`, error.parts.problem);
  }
}

function isOptionName(text: string): text is keyof CompileOptions {
  return Object.hasOwn(compileWords, text);
}
