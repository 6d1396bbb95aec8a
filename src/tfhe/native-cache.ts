/** Days after which a library that no process has used goes. */
const keptDays = 30;
const dayMs = 86_400_000;

/** Marks a library as used now, so that it is kept. Its time of modification stays. Never fails. */
export async function touchLibrary(library: string): Promise<void> {
  const fs = process.getBuiltinModule("node:fs/promises");
  try {
    const { mtime } = await fs.stat(library);
    await fs.utimes(library, new Date(), mtime);
  } catch {
    // A cache that cannot be written still works.
  }
}

/**
 * Removes libraries of the cache `root` that nobody has used for 30 days, and what builds that were cut off left. Files that Velum did
 * not make stay. A process that has loaded a library keeps it; one that starts now has marked its own. Never fails.
 */
export async function cleanCache(root: string, now = Date.now()): Promise<void> {
  const fs = process.getBuiltinModule("node:fs/promises");
  const path = process.getBuiltinModule("node:path");
  try {
    for (const name of await fs.readdir(root)) {
      const build = /^build-\w+$/.test(name);
      if (!build && !/^[0-9a-f]{24}\.so$/.test(name)) continue;
      const { atimeMs, mtimeMs } = await fs.stat(path.join(root, name));
      const days = (now - Math.max(atimeMs, mtimeMs)) / dayMs;
      if (days < (build ? 1 : keptDays)) continue;
      await fs.rm(path.join(root, name), { recursive: true, force: true });
    }
  } catch {
    // Another process may clean at the same time.
  }
}
