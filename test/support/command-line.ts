import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { after } from "node:test";
import { repositoryRoot } from "./repository.js";

/** `velum` in a folder of its own, which goes when the tests of the file are done. */
export interface CommandLine {
  readonly folder: string;
  /** Writes a file there. */
  write(name: string, text: string): void;
  run(...words: string[]): { status: number | null; stdout: string; stderr: string };
  /** Standard output of a command that must succeed. */
  done(...words: string[]): string;
  /** A command that must fail with exactly this message. */
  refused(status: number, message: string, ...words: string[]): void;
}

export function commandLine(): CommandLine {
  // Inside the repository, so that programs find the package by its name.
  mkdirSync(`${repositoryRoot}.cache`, { recursive: true });
  const folder = mkdtempSync(`${repositoryRoot}.cache/cli-`);
  after(() => rm(folder, { recursive: true, force: true }));
  const run: CommandLine["run"] = (...words) => {
    const main = `${repositoryRoot}dist/src/cli/main.js`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      encoding: "utf8",
      // A guard against commands that never end, on busy machines too.
      timeout: 600_000,
    });
    return { status, stdout, stderr };
  };
  return {
    folder,
    run,
    write: (name, text) => writeFileSync(`${folder}/${name}`, text),
    done(...words) {
      const { status, stdout, stderr } = run(...words);
      assert.equal(stderr, "");
      assert.equal(status, 0);
      return stdout;
    },
    refused(status, message, ...words) {
      const result = run(...words);
      assert.equal(result.stderr, `velum: ${message}\n`);
      assert.equal(result.stdout, "");
      assert.equal(result.status, status);
    },
  };
}
