import type { Engine } from "./engine.js";
import type { ExpandedKeys } from "./evaluation-keys.js";
import type { LoadedKeys } from "./server-circuit.js";

/** What circuits that run on one engine share: the engine, the evaluation keys in its memory, and the order of work. */
export class EngineHost {
  readonly engine: Engine;
  readonly loaded = new Map<LoadedKeys, ExpandedKeys>();
  /** Runs wait for each other: they share threads and memory. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Starts `work` when what was started before it is done, well or badly. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    this.loaded.clear();
    await this.engine.close();
  }
}
