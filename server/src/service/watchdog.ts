/**
 * Watchdog: a thread that notices when the event loop of this process is blocked, and logs what was in flight. A
 * blocked loop receives no signal either: after a minute the thread ends the process, for its supervisor to start
 * another. Silence is counted in ticks of the thread, so that a suspended machine does not count as silence.
 */
import { Worker } from "node:worker_threads";
import type { Log } from "../log.ts";
import type { InFlight } from "../metrics/in-flight.ts";

/** In ticks of half a second. */
const tickMs = 500;
const reportAfterTicks = 6;
const killAfterTicks = 120;

/**
 * The thread's program: plain JavaScript of its own, because the server is one bundle, and a thread that loaded it
 * would cost as much memory as a second server.
 */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { shared, tick, reportAfter, endAfter, fromLevel, isPlain } = workerData;
const cells = new Int32Array(shared);
const names = [];
parentPort.on("message", (name) => names.push(name));
parentPort.unref();
let [last, silent] = [0, 0];
function write(level, seconds, msg) {
  if (level < fromLevel) return;
  const in_flight = names.filter((_, slot) => cells[slot + 1] > 0);
  const line = isPlain
    ? "[" + new Date().toTimeString().slice(0, 8) + "] " + msg + " (" + seconds + " s; in flight: " + (in_flight.join(", ") || "nothing") + ")"
    : JSON.stringify({ level, time: new Date().toISOString(), pid: process.pid, seconds, in_flight, msg });
  try { writeSync(2, line + "\\n"); } catch {}
}
setInterval(() => {
  const beat = Atomics.load(cells, 0);
  if (beat !== last) {
    if (silent >= reportAfter) write(40, (silent * tick) / 1000, "the event loop has resumed");
    [last, silent] = [beat, 0];
    return;
  }
  silent += 1;
  if (silent === reportAfter) write(50, (silent * tick) / 1000, "the event loop is blocked");
  if (silent < endAfter) return;
  write(60, (silent * tick) / 1000, "the event loop is blocked; the process is killed");
  process.kill(process.pid, "SIGKILL");
}, tick);
`;

/**
 * Starts the thread; it never keeps the process from ending.
 *
 * @param isPlain lines for people instead of JSON
 */
export function startWatchdog(inFlight: InFlight, log: Log, isPlain: boolean): void {
  // A debugger blocks the loop on purpose.
  const isDebugged = process.execArgv.some((argument) => argument.startsWith("--inspect"));
  const thread = new Worker(program, {
    eval: true,
    workerData: {
      shared: inFlight.shared,
      tick: tickMs,
      reportAfter: reportAfterTicks,
      endAfter: isDebugged ? Number.POSITIVE_INFINITY : killAfterTicks,
      fromLevel: log.levelVal,
      isPlain,
    },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    env: {},
    execArgv: [],
  });
  thread.unref();
  thread.on("error", (error) => log.warn({ err: error }, "the watchdog has ended"));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's, not a window's
  inFlight.onName((name) => thread.postMessage(name));
  setInterval(() => inFlight.beat(), tickMs).unref();
}
