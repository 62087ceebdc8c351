/**
 * The PostgreSQL of a world: the packaged one, in a cluster that Dossier's own supervisor made, run with the settings
 * that every target is measured under. Durable; reached through a private socket only, and no part of the measurement
 * touches a network.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { chooseAccount } from "../server/src/db/embedded-account.ts";
import { prepareBinaries } from "../server/src/db/embedded-binaries.ts";
import { clusterPath } from "../server/src/db/embedded-cluster.ts";
import { startEmbedded } from "../server/src/db/embedded.ts";
import { awaitReady, endServer, spawnServer } from "../server/src/db/embedded-server.ts";
import { listFixedSettings } from "../server/src/db/embedded-settings.ts";
import { makeSocketFolder, removeSocketFolder } from "../server/src/db/embedded-socket.ts";

/** What the server runs with beside what Dossier fixes (fsync, synchronous_commit and full_page_writes on). */
export const settings = {
  shared_buffers: "1GB",
  random_page_cost: "1.1",
  jit: "off",
  max_wal_size: "4GB",
  max_connections: "120",
} as const;

export interface Cluster {
  /** of the postmaster */
  pid: number;
  version: string;
  /** What pg takes to reach a database of it. */
  at(database: string): pg.ClientConfig;
  /** The same as a URL. */
  url(database: string): string;
  /** The same as the variables that PostgreSQL's own programs read. */
  variables(database: string): Record<string, string>;
  /** Runs work on a session of its own. */
  use<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const quiet = { info() {}, warn() {}, error() {} };

/** Starts the cluster in a folder, making it first where there is none. */
export async function startCluster(folder: string): Promise<Cluster> {
  const dataDir = join(folder, "data");
  const first = await startEmbedded({ dataDir, log: quiet }); // makes it, or mends what a crash left
  await first.stop();
  const cluster = clusterPath(dataDir);
  const account = chooseAccount(undefined, cluster);
  const connection = { ...first.connection, host: makeSocketFolder(account) };
  const { postgres } = prepareBinaries(account);
  const server = await spawnServer(
    { postgres, dataDir, cluster, account, connection },
    { ...listFixedSettings(connection.host), ...settings },
  );
  if (!(await awaitReady(server, cluster))) throw new Error(`PostgreSQL ended: ${await server.ended}`);
  const { host, port, user } = connection;
  const at = (database: string) => ({ host, port, user, database, ssl: false });
  const use: Cluster["use"] = async (database, work) => {
    const client = new pg.Client(at(database));
    client.on("error", () => undefined); // the query's own rejection says it
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const stop = async () => {
    await endServer(server);
    removeSocketFolder(host);
  };
  process.once("exit", () => removeSocketFolder(host));
  const shown = await use("postgres", (client) =>
    client.query<{ server_version: string }>("SHOW server_version"),
  );
  return {
    pid: server.pid,
    version: shown.rows[0]?.server_version ?? "",
    at,
    url: (database) => `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    variables: (database) => ({ PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database }),
    use,
    stop,
  };
}

/** Makes a database anew: empty, or a copy of another one that nobody is connected to. */
export async function remakeDatabase(cluster: Cluster, name: string, template = "template0"): Promise<void> {
  await cluster.use("postgres", async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  });
}

/** What resident memory a process and its children have, in bytes, shared pages counted once (PSS). */
export function memoryOf(pid: number): number {
  const children = readText(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  const own = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1] ?? "0";
  return Number(own) * 1024 + children.reduce((sum, child) => sum + memoryOf(child), 0);
}

function readText(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  } catch {
    return ""; // the process has ended, or is another account's
  }
}
