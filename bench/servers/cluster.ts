/**
 * The PostgreSQL of a world: the packaged one, in a cluster made by Dossier's own supervisor, with the same settings
 * for every target. It is durable and reachable through a private socket only; no part of the measurement uses a
 * network.
 */
import { chownSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { chooseAccount } from "../../server/src/db/embedded/account.ts";
import { prepareBinaries } from "../../server/src/db/embedded/binaries.ts";
import { clusterPath } from "../../server/src/db/embedded/cluster.ts";
import { startEmbedded } from "../../server/src/db/embedded/embedded.ts";
import { awaitReady, stopServer, spawnServer } from "../../server/src/db/embedded/server.ts";
import { listFixedSettings } from "../../server/src/db/embedded/settings.ts";
import { makeSocketFolder, removeSocketFolder } from "../../server/src/db/embedded/socket.ts";

/** The server's settings beside those that Dossier fixes (fsync, synchronous_commit and full_page_writes on). */
export const settings = {
  shared_buffers: `${Math.floor(totalmem() / 2 ** 22)}MB`, // a quarter of the memory, as docs/operations.md advises
  random_page_cost: "1.1",
  jit: "off",
  max_wal_size: "4GB",
  checkpoint_timeout: "1h", // a checkpoint makes every page be logged in full again: not during a comparison
  max_connections: "120",
} as const;

export interface Cluster {
  /** of the postmaster */
  pid: number;
  version: string;
  /** whether its buffers are in huge pages: `on` or `off` */
  hugePages: string;
  /** The options of pg for one of its databases. */
  at(database: string): pg.ClientConfig;
  /** The same as a URL. */
  url(database: string): string;
  /** The same as the variables of PostgreSQL's own programs. */
  variables(database: string): Record<string, string>;
  /** Runs work on a connection of its own. */
  use<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const quiet = { info() {}, warn() {}, error() {} };

/** Starts the cluster in a folder, and creates it if there is none. */
export async function startCluster(folder: string, { tcp = false } = {}): Promise<Cluster> {
  const dataDir = join(folder, "data");
  const first = await startEmbedded({ dataDir, log: quiet }); // creates it, or recovers it after a crash
  await first.stop();
  const cluster = clusterPath(dataDir);
  const account = chooseAccount(undefined, cluster);
  const connection = { ...first.connection, host: makeSocketFolder(account) };
  const { postgres } = prepareBinaries(account);
  const server = await spawnServer(
    { postgres, dataDir, cluster, account, connection },
    { ...listFixedSettings(connection.host), ...settings, ...(tcp ? openTo(account, connection.host) : {}) },
  );
  if (!(await awaitReady(server, cluster))) throw new Error(`PostgreSQL ended: ${await server.ended}`);
  const { host, port, user } = connection;
  const at = (database: string) => ({ host, port, user, database, ssl: false });
  const use: Cluster["use"] = async (database, work) => {
    const client = new pg.Client(at(database));
    client.on("error", () => undefined); // the query's own rejection reports it
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const stop = async () => {
    await stopServer(server);
    removeSocketFolder(host);
  };
  process.once("exit", () => removeSocketFolder(host));
  const shown = await use("postgres", (client) =>
    client.query<{ version: string; huge: string }>(
      "SELECT current_setting('server_version') AS version, current_setting('huge_pages_status') AS huge",
    ),
  );
  return {
    pid: server.pid,
    version: shown.rows[0]?.version ?? "",
    hugePages: shown.rows[0]?.huge ?? "",
    at,
    url: (database) => `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    variables: (database) => ({ PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database }),
    use,
    stop,
  };
}

/** Accepts TCP connections too, for programs without sockets. Only where no other program can connect: see peers.ts. */
function openTo({ uid, gid }: { uid: number; gid: number }, folder: string): Record<string, string> {
  const file = join(folder, "access.conf");
  writeFileSync(file, "local all all peer map=dossier\nhost all all 127.0.0.1/32 trust\n");
  chownSync(file, uid, gid);
  return { listen_addresses: "127.0.0.1", hba_file: file };
}

/** Creates a database again: empty, or a copy of one without connections. */
export async function remakeDatabase(cluster: Cluster, name: string, template = "template0"): Promise<void> {
  await cluster.use("postgres", async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  });
}

/**
 * The processor time of a process and its children, in seconds. The time of an ended child moves to its parent, so the
 * sum only rises.
 */
export function processorTimeOf(pid: number): number {
  const children = readText(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  const fields = readText(`/proc/${pid}/stat`)
    .replace(/^.*\) /, "")
    .split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0); // own, and of ended children
  return ticks / ticksPerSecond + children.reduce((sum, child) => sum + processorTimeOf(child), 0);
}

const ticksPerSecond = 100; // Linux reports it so, whatever its clock

/** The resident memory of a process and its children, in bytes, shared pages counted once (PSS). */
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
