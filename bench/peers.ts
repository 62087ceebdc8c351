/**
 * `npm run bench:peers`: the same workloads on other servers with the same PostgreSQL. After the installation
 * everything runs in a network namespace of its own with only the loopback interface: no other program reaches the open
 * database, and no program reaches another machine.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { remakeDatabase } from "./servers/cluster.ts";
import { startDossier } from "./servers/dossier.ts";
import type { PeerContext, Running } from "./peers/peer.ts";
import { installDirectus, startDirectus } from "./peers/directus.ts";
import { installParse, startParse } from "./peers/parse-server.ts";
import { prepare } from "./world/prepare.ts";
import { killOnExit, makeFolder } from "./servers/processes.ts";
import { openProgress, type Progress } from "./progress.ts";
import { table, writeSection } from "./report.ts";
import { median, spread } from "./results.ts";
import { verify } from "./verify.ts";
import { readWorkloads, someSurnames, type Workload, writeWorkloads } from "./workloads.ts";
import { runWrk, type WrkResult } from "./wrk.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "100k" },
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    concurrency: { type: "string", default: "64" },
    only: { type: "string", default: "directus,parse" },
    secluded: { type: "boolean", default: false },
  },
});

const peers = {
  directus: { install: installDirectus, start: startDirectus },
  parse: { install: installParse, start: startParse },
};
type PeerName = keyof typeof peers;

const wanted = values.only.split(",").filter((name): name is PeerName => name in peers);

/** A workload of one target, measured once a round. */
interface Line {
  target: Running;
  work: Workload;
  found: WrkResult[];
  failure?: string;
}

killOnExit();
const progress = openProgress();
if (values.secluded) await compareAll();
else await isolateNetwork();

async function isolateNetwork(): Promise<void> {
  for (const name of wanted) {
    progress.at(`installing ${name}; this can take a quarter of an hour`);
    await peers[name].install();
  }
  const inside = ["--secluded", ...process.argv.slice(2)].map((word) => `'${word}'`).join(" ");
  const script = `ip link set lo up && exec '${process.execPath}' '${process.argv[1]}' ${inside}`;
  const { status } = spawnSync("unshare", ["--net", "sh", "-c", script], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

async function compareAll(): Promise<void> {
  const prepared = await prepare(values.size, progress, { tcp: true });
  const { cluster, world } = prepared;
  const ground: PeerContext = { cluster, world, progress };
  const words = someSurnames();
  try {
    for (const name of wanted) {
      const own = await startOwn(ground, words);
      const peer = await peers[name].start(ground, words).catch(async (error: unknown) => {
        await own.stop();
        throw error;
      });
      writeSection(name, await compare(ground, own, peer, progress));
      await Promise.all([own.stop(), peer.stop()]);
    }
  } finally {
    await cluster.stop();
  }
}

/** Dossier by the same transport: TCP to the same server. */
async function startOwn({ cluster, world }: PeerContext, words: readonly string[]): Promise<Running> {
  await remakeDatabase(cluster, "run", "world");
  const dossier = await startDossier(`postgres://${cluster.at("run").user}@127.0.0.1:5432/run`);
  const all = [...readWorkloads([]), ...writeWorkloads(world)];
  const named: Workload = {
    name: "name",
    title: "name search",
    requests: words.map((word) => ({ method: "GET", path: `/customer?query=${word}` })),
    fault: ({ items }) => ((items as unknown[]).length > 0 ? undefined : "finds nobody"),
  };
  const works = [...all.filter(({ name }) => ["get", "channel", "list", "create"].includes(name)), named];
  return {
    name: "Dossier",
    url: dossier.url,
    headers: { apiKey: dossier.key },
    workloads: works.map((work) => ({
      ...work,
      requests: work.requests.map((request) => ({ ...request, path: `/api/v2${request.path}` })),
    })),
    stop: dossier.stop,
  };
}

async function compare(
  { cluster, world }: PeerContext,
  own: Running,
  peer: Running,
  progress: Progress,
): Promise<string> {
  const place = { customers: world.customers, folder: makeFolder() };
  const load = loadavg()[0]?.toFixed(1);
  // Equal workloads of both targets are measured next to each other.
  const lines: Line[] = peer.workloads.flatMap((work) =>
    [peer, own].flatMap((target) =>
      target.workloads
        .filter(({ name }) => name === work.name)
        .map((same) => ({ target, work: same, found: [] })),
    ),
  );
  const rounds = Number(values.rounds);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, line] of lines.entries()) {
      if (line.failure !== undefined) continue;
      progress.at(`${line.target.name}, round ${round} of ${rounds}: ${line.work.name}`);
      try {
        await measureLine(line, round, place, round * lines.length + at + 1);
      } catch (error) {
        line.failure = (error as Error).message.split("\n")[0] ?? "";
        progress.say(`${line.target.name}: ${line.failure}`);
      }
    }
  }
  return `### ${peer.name}\n\n${describe(cluster.hugePages, load)}\n\n${ratioTable(lines, own, peer)}`;
}

/** Round 0 verifies responses and warms up; the others count. */
async function measureLine(
  { target, work, found }: Line,
  round: number,
  { customers, folder }: { customers: number; folder: string },
  run: number,
): Promise<void> {
  const { url, headers } = target;
  if (round === 0) await verify({ url, headers, customers }, work, 5000 + run);
  const measured = await runWrk(
    { url, customers, folder },
    {
      name: work.name,
      requests: work.requests,
      headers,
      connections: Number(values.concurrency),
      seconds: Number(values.seconds),
      run,
    },
  );
  if (round === 0) return;
  if (measured.requests === 0) throw new Error(`${work.name}: nothing was answered in ${values.seconds} s`);
  found.push(measured);
}

function describe(hugePages: string, load: string | undefined): string {
  const { size, seconds, rounds, concurrency } = values;
  return `\`npm run bench:peers -- --size ${size} --seconds ${seconds} --rounds ${rounds} --concurrency ${concurrency}\`; huge pages ${hugePages}, load of the machine before: ${load}.`;
}

function ratioTable(lines: readonly Line[], own: Running, peer: Running): string {
  const find = (target: Running, name: string) =>
    lines.find((line) => line.target === target && line.work.name === name);
  const p99 = (line: Line | undefined) => median((line?.found ?? []).map((found) => found.p99)).toFixed(0);
  const rows = peer.workloads.map(({ name, title }) => {
    const [a, b] = [find(own, name), find(peer, name)];
    const failure = a?.failure ?? b?.failure;
    if (failure !== undefined) return [title, `failed: ${failure}`, ""];
    const ratios = (a?.found ?? []).flatMap(({ rate }, at) => {
      const other = b?.found[at]?.rate;
      return other === undefined ? [] : [rate / other];
    });
    return [title, spread(ratios, 1), `${p99(a)} / ${p99(b)}`];
  });
  return table(["work", `Dossier ÷ ${peer.name}`, "p99 ms, each"], rows);
}
