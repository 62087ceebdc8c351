// CPU time of work in this thread: it does not depend on other load, so a test may set a limit.
import { existsSync, readFileSync } from "node:fs";

/** Linux tells the nanoseconds of a thread. */
const schedule = ["/proc/thread-self/schedstat"].find(existsSync);

const own = process as NodeJS.Process & { threadCpuUsage?: () => NodeJS.CpuUsage };

/** CPU time in milliseconds: of this thread from Node 23.9 on and on Linux, else of the process. */
export function readCpu(): number {
  if (schedule !== undefined) return Number(readFileSync(schedule, "latin1").split(" ", 1)[0]) / 1e6;
  const { user, system } = own.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of CPU, the minimum of five runs: the first ones compile. Stops early at a run within the limit. */
export async function cpuOf(work: () => unknown, maxMs = 0): Promise<number> {
  let min = Number.POSITIVE_INFINITY;
  for (let go = 0; go < 5 && min > maxMs; go += 1) {
    const before = readCpu();
    await work();
    min = Math.min(min, readCpu() - before);
  }
  return min;
}
