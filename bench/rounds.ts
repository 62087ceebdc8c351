/**
 * Measures one world: everything once a round, each workload's targets next to each other, alternately forwards and
 * backwards.
 */
import { loadavg } from "node:os";
import { processorTimeOf, remakeDatabase } from "./servers/cluster.ts";
import { walPosition, currentMemory, diskUsageOf } from "./resource-usage.ts";
import { type Dossier, startDossier } from "./servers/dossier.ts";
import { firstUnusedNumber } from "./substitute.ts";
import { bareCreate, bareTables, runPgbench } from "./pgbench.ts";
import type { Prepared } from "./world/prepare.ts";
import type { Progress } from "./progress.ts";
import { makeFolder } from "./servers/processes.ts";
import { timePurge } from "./purge.ts";
import { openRecorder, type Recorder, type RecordedStatement, type Step } from "./record.ts";
import type { Measured, SizeResult, Touched } from "./results.ts";
import { type Script, scriptOf } from "./script.ts";
import { checkSize, verify } from "./verify.ts";
import { readWorkloads, searchWorkloads, type Workload, writeWorkloads } from "./workloads.ts";
import { runWrk } from "./wrk.ts";

export interface Options {
  seconds: number;
  rounds: number;
  concurrency: number[];
  /** processes of Dossier */
  workers: number;
  /** names of workloads; empty means all */
  only: string[];
}

const clients = 16; // of pgbench, where commits are grouped and the cores are busy

/** A workload with everything needed to measure it. */
interface PreparedWorkload {
  work: Workload;
  scripts: Script[];
  measured: Measured;
}

interface RunContext {
  prepared: Prepared;
  options: Options;
  progress: Progress;
  dossier: Dossier;
  /** options of pgbench and wrk */
  place: { cluster: Prepared["cluster"]; customers: number; folder: string; url: string };
  /** a number that no run has used */
  next(): number;
}

// As in a server that has run for a while. The largest first: the last one read stays cached.
const prewarming = `CREATE EXTENSION pg_prewarm;
  SELECT count(pg_prewarm(oid)) FROM (
    SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
      ORDER BY pg_relation_size(oid) DESC) AS all_of_it`;

/** Measures a world, in a copy of it that is deleted afterwards. */
export async function measure(prepared: Prepared, options: Options, progress: Progress): Promise<SizeResult> {
  const { name, world, cluster, loadSeconds } = prepared;
  progress.at(`${name}: copying the world`);
  await remakeDatabase(cluster, "run", "world");
  await cluster.use("run", (client) => client.query(bareTables));
  progress.at(`${name}: reading the world into memory`);
  await cluster.use("run", (client) => client.query(prewarming));
  const folder = makeFolder();
  const dossier = await startDossier(cluster.url("run"), options.workers);
  let runs = 0;
  const place = { cluster, customers: world.customers, folder, url: dossier.url };
  const ground = { prepared, options, progress, dossier, place, next: () => (runs += 1) };
  try {
    const ready = await makeReady(ground);
    const result: SizeResult = {
      customers: world.customers,
      loadSeconds,
      measuredAt: new Date().toISOString(),
      options: { seconds: options.seconds, rounds: options.rounds, concurrency: options.concurrency },
      hugePages: cluster.hugePages,
      load: [],
      work: ready.map(({ measured }) => measured),
      bare: [],
      purgeSeconds: [],
      logOfCreate: [],
      memory: { dossier: 0, postgres: 0 },
      room: await diskUsageOf(cluster, world.customers),
    };
    for (let round = 1; round <= options.rounds; round += 1) await runRound(ground, ready, result, round);
    result.memory = currentMemory(cluster, dossier);
    return result;
  } finally {
    await dossier.stop();
    await cluster.use("postgres", (client) => client.query("DROP DATABASE run WITH (FORCE)"));
  }
}

/** Counts again what each workload touches in a world, and nothing else: into existing figures. */
export async function countAgain(
  prepared: Prepared,
  options: Options,
  progress: Progress,
  kept: SizeResult,
): Promise<void> {
  const none = { ...options, rounds: 0 };
  const { work } = await measure(prepared, none, progress);
  for (const one of kept.work) {
    const again = work.find(({ name }) => name === one.name);
    if (again?.touched) one.touched = again.touched;
  }
}

/** Verifies responses and records statements, of each workload. */
async function makeReady(ground: RunContext): Promise<PreparedWorkload[]> {
  const { prepared, dossier, options, progress } = ground;
  const { world, name, cluster } = prepared;
  const headers = { apiKey: dossier.key };
  const target = { url: `${dossier.url}/api/v2`, headers, customers: world.customers };
  const works = [
    ...readWorkloads(await cursorsOf(target)),
    ...writeWorkloads(world),
    ...searchWorkloads(world),
  ];
  const wanted = works.filter((work) => options.only.length === 0 || options.only.includes(work.name));
  const recorder = await openRecorder(cluster, "run", dossier.key);
  const ready: PreparedWorkload[] = [];
  try {
    for (const work of wanted) {
      progress.at(`${name}: checking answers of ${work.name}`);
      await verify(target, work, ground.next());
      const { scripts, touched } = await recordScripts(recorder, work, ground);
      const measured: Measured = { name: work.name, title: work.title, touched, limit: [], http: {} };
      ready.push({ work, measured, scripts });
    }
  } finally {
    await recorder.stop();
  }
  return ready;
}

/** The beginnings of pages deep in the list of customers. */
async function cursorsOf({
  url,
  headers,
  customers,
}: {
  url: string;
  headers: { apiKey: string };
  customers: number;
}) {
  const cursors: string[] = [];
  for (const part of [0.2, 0.35, 0.5, 0.65, 0.8]) {
    const answer = await fetch(`${url}/customer?itemStart=${Math.round(part * customers)}`, { headers });
    const { nextCursor } = (await answer.json()) as { nextCursor?: string };
    if (!nextCursor) throw new Error(`no cursor ${part} into the list: ${answer.status}`);
    cursors.push(nextCursor);
  }
  return cursors;
}

/** Customers that exist in every world, no two of them alike. */
const sampleNumbers = [
  { n: 4213, e: 4257, h: 4301 },
  { n: 4829, e: 4907, h: 4801 },
];

/** A script for each request, from two recordings. */
async function recordScripts(
  recorder: Recorder,
  work: Workload,
  ground: RunContext,
): Promise<{ scripts: Script[]; touched: Touched }> {
  const scripts: Script[] = [];
  const recorded: Step[][] = [];
  for (const [at, request] of work.requests.entries()) {
    const twice = [];
    for (const known of sampleNumbers) {
      // Digits in no order, so that no part of the number is found where another value is meant.
      const numbers = { ...known, m: firstUnusedNumber(ground.next()) + 86_753_019 };
      twice.push({ numbers, steps: await recorder.record(request, numbers) });
    }
    recorded.push(...twice.map(({ steps }) => steps));
    const [one, other] = twice;
    if (one && other) scripts.push(scriptOf(`c${at}`, one, other));
  }
  return { scripts, touched: touchedBy(recorded) };
}

function touchedBy(recorded: readonly (readonly Step[])[]): Touched {
  const all = recorded.flat().filter((step): step is RecordedStatement => typeof step !== "string");
  const mean = (of: (sent: RecordedStatement) => number) =>
    Math.round((10 * all.reduce((sum, sent) => sum + of(sent), 0)) / Math.max(1, recorded.length)) / 10;
  return {
    statements: mean(() => 1),
    rows: mean(({ touched }) => touched.rows),
    buffers: mean(({ touched }) => touched.buffers),
  };
}

async function runRound(
  ground: RunContext,
  ready: PreparedWorkload[],
  result: SizeResult,
  round: number,
): Promise<void> {
  const { prepared, options, progress, place } = ground;
  const label = `${prepared.name}, round ${round} of ${options.rounds}`;
  result.load.push(Math.round((loadavg()[0] ?? 0) * 10) / 10);
  for (const [at, one] of ready.entries()) {
    progress.at(`${label}: ${one.work.name}`, at / ready.length);
    if (one.measured.failure) continue;
    try {
      await measureWork(ground, one, result, round);
    } catch (error) {
      one.measured.failure = (error as Error).message;
      progress.say(`${label}: ${one.measured.failure}`);
    }
  }
  if (ready.some(({ work }) => work.name === "create")) {
    const bare = {
      name: "bare",
      scripts: [bareCreate],
      clients,
      seconds: options.seconds,
      run: ground.next(),
    };
    result.bare.push(await runPgbench(place, bare));
  }
  if (options.only.length > 0 && !options.only.includes("purge")) return;
  progress.at(`${label}: purge`);
  result.purgeSeconds.push(await timePurge(place.cluster, ground.dossier, ground.next()));
}

async function measureWork(
  ground: RunContext,
  one: PreparedWorkload,
  result: SizeResult,
  round: number,
): Promise<void> {
  const { options, place, dossier } = ground;
  const { work, measured, scripts } = one;
  const { name } = work;
  const requests = work.requests.map((request) => ({ ...request, path: `/api/v2${request.path}` }));
  const headers = { apiKey: dossier.key };
  const http = async (connections: number, seconds: number) =>
    runWrk(place, { name, requests, headers, connections, seconds, run: ground.next() });
  const most = Math.max(...options.concurrency);
  // Once a round: rows written by other workloads make responses longer.
  const target = { url: `${dossier.url}/api/v2`, headers, customers: place.customers };
  const size = await verify(target, work, ground.next());
  if (round === 1) await http(most, 1); // warms up code that runs for the first time
  const targets = [
    async () => {
      const { seconds } = options;
      measured.limit.push(await runPgbench(place, { name, scripts, clients, seconds, run: ground.next() }));
    },
    ...options.concurrency.map((connections) => async () => {
      const before = await walPosition(place.cluster);
      const times = () => [dossier.pid, place.cluster.pid].map(processorTimeOf);
      const begun = times();
      const found = await http(connections, options.seconds);
      const [own = 0, postgres = 0] = times().map(
        (time, at) => (1000 * (time - (begun[at] ?? 0))) / found.requests,
      );
      if (found.requests === 0) throw new Error(`${name}: nothing was answered in ${options.seconds} s`);
      checkSize(work, size, found.bytes);
      (measured.http[connections] ??= []).push({ ...found, dossier: own, postgres });
      if (name === "create" && connections === most)
        result.logOfCreate.push(Math.round(((await walPosition(place.cluster)) - before) / found.requests));
    }),
  ];
  for (const target of round % 2 === 1 ? targets : targets.toReversed()) await target();
}
