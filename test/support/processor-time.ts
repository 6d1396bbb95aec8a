/**
 * Processor time in seconds after which work counts as endless: hundreds of times what is usual for the work that is watched. It is a
 * guard against searches that try everything, on any machine and under any load, and no measure of speed.
 */
export const endlessSeconds = 30;

/** Processor time that this process has taken, seconds. Other programs on the machine do not count. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
