// The page's side: everything that sees measurements, key or answer.
import { TreeClient } from "../../src/client/tree-client.js";
import type { TumourForm } from "./tumour-model.js";

const one = <E extends Element>(selector: string, type: new () => E): E => {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
};
const form = one("form", HTMLFormElement);
const ask = one("#ask", HTMLButtonElement);
const next = one("#next", HTMLButtonElement);
const result = one("output", HTMLOutputElement);
const log = one("pre", HTMLPreElement);

const { features, classes, patients }: TumourForm = await (await fetch("/form")).json();
const patient = await TreeClient.load(await bytes(await fetch("/client-file")));
patient.client.generateKey();
const keyFile = await patient.client.evaluationKeys();
const keyId = keyFile === undefined ? "" : await (await post("/keys", keyFile)).text();
log.textContent = `Secret key made; it stays here. Evaluation keys sent once: ${keyFile?.length ?? 0} bytes.`;

const inputs = features.map((name) => {
  const input = Object.assign(document.createElement("input"), {
    type: "number",
    step: "any",
    required: true,
  });
  const label = document.createElement("label");
  label.append(name, input);
  form.append(label);
  return input;
});
let shown = -1;
const showNext = (): void => {
  shown = (shown + 1) % patients.length;
  for (const [i, input] of inputs.entries()) input.value = String(patients[shown]?.[i] ?? 0);
  result.textContent = "";
};

async function askService(): Promise<void> {
  if (!form.reportValidity()) return;
  const request = patient.encrypt(inputs.map((input) => input.valueAsNumber));
  const started = performance.now();
  const answer = await bytes(await post(`/predict?keys=${keyId}`, request));
  const ms = performance.now() - started;
  const [place = -1] = patient.predict(answer);
  const name = classes[place] ?? "unknown";
  const sure = Math.max(...patient.predictProba(answer));
  result.textContent = `${name} (${(100 * sure).toFixed(1)} %)`;
  log.textContent = `Sent ${request.length} bytes, which look like ${hex(request.subarray(-24))}
Got back ${answer.length} bytes in ${ms.toFixed(0)} ms, which look like ${hex(answer.subarray(-24))}`;
}

/** Runs with the buttons off, and shows what went wrong. */
async function guarded(work: () => void | Promise<void>): Promise<void> {
  for (const button of [ask, next]) button.disabled = true;
  try {
    await work();
  } catch (error) {
    result.textContent = "";
    log.textContent = error instanceof Error ? error.message : String(error);
  }
  for (const button of [ask, next]) button.disabled = false;
}

async function post(path: string, body: Uint8Array): Promise<Response> {
  const response = await fetch(path, { method: "POST", body: new Uint8Array(body) });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

async function bytes(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

ask.onclick = () => guarded(askService);
next.onclick = () => guarded(showNext);
await guarded(showNext);
