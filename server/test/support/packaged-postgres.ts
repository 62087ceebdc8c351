// The packaged PostgreSQL for most tests: a cluster as Dossier makes it, in a temporary folder. It has Dossier's
// settings except durability: its data is thrown away, and dropping a database must not wait until the disk has the
// writes of all others. (Durability is tested in db/embedded/crash.thorough.test.ts and proof/kills.mjs.)
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../../src/db/embedded/embedded.ts";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { prepareBinaries } from "../../src/db/embedded/binaries.ts";
import { clusterPath } from "../../src/db/embedded/cluster.ts";
import { awaitReady, type Connection, spawnServer } from "../../src/db/embedded/server.ts";
import { listFixedSettings } from "../../src/db/embedded/settings.ts";
import { makeSocketFolder, removeSocketFolder } from "../../src/db/embedded/socket.ts";

const quiet = { info() {}, warn() {}, error() {} };
const careless = { fsync: "off", full_page_writes: "off", synchronous_commit: "off" };

export async function startPackaged(): Promise<{ connection: Connection; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "dossier-test-"));
  const dataDir = join(folder, "data");
  const first = await startEmbedded({ dataDir, log: quiet });
  await first.stop();
  const cluster = clusterPath(dataDir);
  const account = chooseAccount(undefined, cluster);
  const connection = { ...first.connection, host: makeSocketFolder(account) };
  const { postgres } = prepareBinaries(account);
  const server = await spawnServer(
    { postgres, dataDir, cluster, account, connection },
    { ...listFixedSettings(connection.host), ...careless },
  );
  if (!(await awaitReady(server, cluster))) throw new Error(`PostgreSQL ended: ${await server.ended}`);
  const stop = async () => {
    server.signal("SIGQUIT"); // immediate, without a shutdown checkpoint
    await server.ended;
    removeSocketFolder(connection.host);
    await rm(folder, { recursive: true, force: true });
  };
  return { connection, stop };
}
