/**
 * `npm run bench:backup [-- --size 1M --seconds 20 --writes 500]`: how long a backup of a dataset takes, how large it is,
 * what live calls take meanwhile beside what they take before it, and how long its check and its restore into a new
 * embedded database take. Loopback only.
 */
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openProgress } from "./progress.ts";
import { remakeDatabase } from "./servers/cluster.ts";
import { type Dossier, secret, startDossier } from "./servers/dossier.ts";
import { killOnExit, makeFolder, run } from "./servers/processes.ts";
import { prepare } from "./world/prepare.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "1M" },
    seconds: { type: "string", default: "20" },
    writes: { type: "string", default: "500" },
  },
});
const seconds = Number(values.seconds);
const writesPerSecond = Number(values.writes);

/** Live calls at a fixed rate: a creation, and for each a read by id. */
interface LiveCalls {
  /** what the calls since the last look took, in milliseconds */
  take(): { count: number; p50: number; p99: number; failed: number };
  stop(): Promise<void>;
}

const maxInFlight = 64;
const tickMs = 20;

function startLiveCalls({ url, key }: Dossier, customers: number): LiveCalls {
  const headers = { apiKey: key, "content-type": "application/json" };
  const state = { isOn: true, times: [] as number[], failed: 0, made: 0 };
  const timed = async (path: string, body?: object) => {
    const begun = performance.now();
    const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
    const answer = await fetch(`${url}/api/v2/customer${path}`, init).catch(() => undefined);
    await answer?.arrayBuffer();
    if (!answer?.ok) state.failed += 1;
    state.times.push(performance.now() - begun);
  };
  const pair = async () => {
    state.made += 1;
    await timed("", { brand_id: 1, primary_id: `live-${state.made}`, firstname: "Ada", lastname: "Live" });
    await timed(`/${1 + Math.floor(Math.random() * customers)}`);
  };
  const working = (async () => {
    const inFlight = new Set<Promise<void>>();
    for (let due = performance.now(); state.isOn; due += tickMs) {
      for (let n = 0; n < (writesPerSecond * tickMs) / 1000 && inFlight.size < maxInFlight; n += 1) {
        const work: Promise<void> = pair().finally(() => inFlight.delete(work));
        inFlight.add(work);
      }
      await wait(Math.max(0, due + tickMs - performance.now()));
    }
    await Promise.all(inFlight);
  })();
  return {
    take() {
      const sorted = state.times.splice(0).sort((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      const { failed } = state;
      state.failed = 0;
      return { count: sorted.length, p50: at(0.5), p99: at(0.99), failed };
    },
    stop() {
      state.isOn = false;
      return working;
    },
  };
}

const folder = makeFolder();
const passphrase = ["--passphrase-file", join(folder, "passphrase")];
writeFileSync(passphrase[1] as string, "the passphrase of a benchmark\n");

/** Runs `dossier` and returns its duration in seconds. */
async function time(words: string[], databaseUrl?: string): Promise<number> {
  const { DATABASE_URL: _url, ...env } = process.env;
  const begun = performance.now();
  await run(process.execPath, ["scripts/run.mjs", ...words], {
    ...env,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, DOSSIER_SECRET: secret }),
  });
  return (performance.now() - begun) / 1000;
}

killOnExit();
const progress = openProgress();
const prepared = await prepare(values.size, progress);
try {
  const { cluster, world } = prepared;
  await remakeDatabase(cluster, "run", "world");
  const dossier = await startDossier(cluster.url("run"));
  const file = join(folder, "bench.backup");
  const live = startLiveCalls(dossier, world.customers);
  progress.say(`live calls alone for ${seconds} s`);
  await wait(1000 * seconds);
  const before = live.take();
  progress.say("backup beside live calls");
  const backup = await time(["backup", file, ...passphrase], cluster.url("run"));
  const during = live.take();
  await live.stop();
  await dossier.stop();
  const size = statSync(file).size / 2 ** 20;
  progress.say("check of the backup");
  const verify = await time(["backup", "--verify", file, ...passphrase]);
  progress.say("restore into a new embedded database");
  const target = ["--without-erasure-log", "--data-dir", join(folder, "restored")];
  const restore = await time(["restore", file, ...passphrase, ...target]);
  console.log(
    `backup customers=${world.customers} seconds=${backup.toFixed(1)} size_mb=${size.toFixed(0)} verify_seconds=${verify.toFixed(1)} restore_seconds=${restore.toFixed(1)} calls=${during.count} p50_ms=${during.p50} p99_ms=${during.p99} failed=${during.failed} calls_before=${before.count} p50_before_ms=${before.p50} p99_before_ms=${before.p99} failed_before=${before.failed}`,
  );
  if (before.failed + during.failed > 0) process.exitCode = 1;
} finally {
  await prepared.cluster.stop();
}
