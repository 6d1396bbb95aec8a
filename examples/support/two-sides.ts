import { type Client, ServerCircuit } from "../../src/index.js";

/** The client side of a model, made from its client file alone: a row in, its label or targets out. */
export interface RowClient<Row, Answer> {
  readonly client: Client;
  encrypt(row: Row): Uint8Array;
  predict(answer: Uint8Array): Iterable<Answer>;
}

/** Answers that a client read, row after row, and what travelled for one row. */
export interface Conversation<Answer> {
  readonly answers: readonly Answer[];
  readonly uploadBytes: number;
  readonly downloadBytes: number;
  readonly evaluationKeyBytes: number;
}

/**
 * Plays both sides: the client holds the key, the server its file and evaluation keys, and only bytes pass between them. All rows go in
 * one request.
 */
export async function converse<Row, Answer>(
  own: RowClient<Row, Answer>,
  serverFile: Uint8Array,
  rows: readonly Row[],
): Promise<Conversation<Answer>> {
  own.client.generateKey();
  const keyFile = await own.client.evaluationKeys();
  const requests = rows.map((row) => own.encrypt(row));

  const server = await ServerCircuit.load(serverFile);
  const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
  const responses = await server.run(requests, keys);
  await server.close();

  return {
    answers: responses.flatMap((answer) => Array.from(own.predict(answer))),
    uploadBytes: requests[0]?.length ?? 0,
    downloadBytes: responses[0]?.length ?? 0,
    evaluationKeyBytes: keyFile?.length ?? 0,
  };
}
