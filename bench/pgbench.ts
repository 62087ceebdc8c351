/** pgbench: the upper limit, which is Dossier's own statements without Dossier. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Cluster, processorTimeOf } from "./servers/cluster.ts";
import { firstUnusedNumber, rangesOf } from "./substitute.ts";
import { run } from "./servers/processes.ts";
import type { Limit } from "./results.ts";
import type { Script } from "./script.ts";

/** The options of Dossier's connections. */
const options =
  "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c jit=off -c timezone=UTC -c lock_timeout=1500";

export interface PgbenchRun {
  name: string;
  /** each time one of them, chosen at random */
  scripts: readonly Script[];
  clients: number;
  seconds: number;
  /** a number of this run alone, for values that must be unique */
  run: number;
}

/** Runs it; throws if any transaction failed. */
export async function runPgbench(
  { cluster, customers, folder }: { cluster: Cluster; customers: number; folder: string },
  { name, scripts, clients, seconds, run: number }: PgbenchRun,
): Promise<Limit> {
  const files = scripts.flatMap(({ text }, at) => {
    const file = join(folder, `${name}-${at}.sql`);
    writeFileSync(file, text);
    return ["-f", file];
  });
  const ranges = rangesOf(customers);
  const variables: Record<string, string> = {
    ranges_n: String(ranges.n),
    ranges_e: String(ranges.e),
    ranges_h: String(ranges.h),
    count: "0",
    fresh: String(firstUnusedNumber(number)),
    ...Object.fromEntries(scripts.flatMap(({ constants }) => Object.entries(constants))),
  };
  const running = run(
    "pgbench",
    [
      "-n",
      "-Mprepared",
      "-P1",
      `-c${clients}`,
      `-j${Math.min(clients, 2)}`,
      `-T${warming + seconds}`,
      ...files,
      ...Object.entries(variables).flatMap(([key, value]) => ["-D", `${key}=${value}`]),
    ],
    { ...process.env, ...cluster.variables("run"), PGOPTIONS: options },
  );
  const [told, begun] = await Promise.all([running, snapshotAfter(warming, cluster)]);
  const failed = Number(/number of failed transactions: (\d+)/.exec(told)?.[1] ?? 0);
  const rate = rateOf(told);
  if (!(rate > 0) || failed > 0) throw new Error(`pgbench of ${name} failed:\n${told}`);
  const took = (performance.now() - begun.at) / 1000;
  await wait(settling); // until the backends have ended, and their time has moved to their parent
  return { rate, postgres: (1000 * (processorTimeOf(cluster.pid) - begun.time)) / (rate * took) };
}

/** PostgreSQL's usage up to then: new backends spend it on learning tables and on planning. */
async function snapshotAfter(seconds: number, cluster: Cluster) {
  await wait(seconds * 1000);
  return { at: performance.now(), time: processorTimeOf(cluster.pid) };
}

const settling = 300; // milliseconds
const warming = 2; // seconds: each client prepares each statement of each script at its first use

/**
 * The mean of its figures of each second after the warm-up; of all of them if the machine was too busy to print any.
 */
function rateOf(output: string): number {
  let [before, seconds, transactions] = [0, 0, 0];
  for (const [, time, rate] of output.matchAll(/^progress: ([\d.]+) s, ([\d.]+) tps/gm)) {
    const took = Number(time) - before;
    if (before >= 0.9 * warming) {
      seconds += took;
      transactions += took * Number(rate);
    }
    before = Number(time);
  }
  return transactions > 0 ? transactions / seconds : Number(/^tps = ([\d.]+)/m.exec(output)?.[1]);
}

/** The minimum of a create: a customer and two channels, nothing else, in tables with their constraints only. */
export const bareTables = `CREATE TABLE bare_customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, brand_id bigint NOT NULL,
    primary_id text NOT NULL, firstname text NOT NULL, lastname text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (brand_id, primary_id));
  CREATE TABLE bare_channel (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL,
    channel_type_id bigint NOT NULL, address text NOT NULL, UNIQUE (channel_type_id, address))`;

/** Three rows in one durable statement. */
export const bareCreate: Script = {
  constants: {},
  text: `\\set count :count + 1
\\set m :fresh + 1000000 * :client_id + :count
WITH made AS (INSERT INTO bare_customer (brand_id, primary_id, firstname, lastname)
    VALUES (1, 'N-' || :m::text, 'Anna', 'Lang') RETURNING id)
  INSERT INTO bare_channel (customer_id, channel_type_id, address)
    SELECT id, 1, 'n' || :m::text || '@mail7.example.org' FROM made UNION ALL SELECT id, 2, '+49' || :m::text FROM made;
`,
};
