/** Worker process of a cluster: handles requests, controlled by the primary. */
import { openLog } from "../log.ts";
import { InFlight } from "../metrics/in-flight.ts";
import { type ServerProcess, createServerProcess, type ServerDeps } from "./server-process.ts";
import { AdminKeyFile } from "./admin-key-file.ts";
import { closeDatabases, openConfiguredErasureLog, openDatabases } from "./databases.ts";
import { type IpcEndpoint, type IpcChannel, openIpcChannel } from "./ipc.ts";
import type { PrimaryApi, WorkerApi, Setup } from "./ipc-protocol.ts";
import type { ClusterServices } from "./shared-state.ts";
import { startWatchdog } from "./watchdog.ts";

/**
 * Handles requests until the primary stops it. Resolves with the exit code.
 *
 * @param isPlain whether the log is in lines for people
 */
export function runWorker(isPlain: boolean): Promise<number> {
  return new Promise((exit) => {
    let server: ServerProcess | undefined;
    const channel = openIpcChannel<PrimaryApi, WorkerApi>(endpointAtWorker(), {
      ping: () => undefined,
      counts: async () => (await server?.counts()) ?? [],
      invalidate: (what) => server?.invalidate(what),
      stop: () => {
        const stopped = server?.stop() ?? Promise.resolve();
        stopped.then(
          () => exit(0),
          () => exit(1),
        );
      },
    });
    start(channel, isPlain).then(
      (started) => void (server = started),
      async (error: unknown) => {
        const { message, code } = error as NodeJS.ErrnoException;
        await channel.call("startFailed", { message, code }).catch(() => undefined);
        exit(1);
      },
    );
  });
}

async function start(channel: IpcChannel<PrimaryApi>, isPlain: boolean): Promise<ServerProcess> {
  const setup = await channel.call("setup");
  const log = openLog(setup.config.logLevel).child({ pid: process.pid });
  const inFlight = new InFlight();
  startWatchdog(inFlight, log, isPlain);
  const server = await createServer(setup, channel, { log, inFlight });
  const url = await server.listen();
  server.startJobs();
  await channel.call("ready", url);
  return server;
}

async function createServer(
  { config, secret, connection, maxConnections }: Setup,
  channel: IpcChannel<PrimaryApi>,
  logging: Pick<ServerDeps, "log" | "inFlight">,
): Promise<ServerProcess> {
  const erasureLog = await openConfiguredErasureLog(config);
  const databases = openDatabases(connection, { maxConnections, erasureLog });
  const server = await createServerProcess({
    config,
    secret,
    databases,
    cluster: clusterServicesOver(channel),
    adminKeyFile: config.databaseUrl ? undefined : new AdminKeyFile(config.dataDir, logging.log),
    ...logging,
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      await closeDatabases(databases);
    },
  };
}

function clusterServicesOver(channel: IpcChannel<PrimaryApi>): ClusterServices {
  return {
    countRequest: (cost) => channel.call("countRequest", cost),
    databaseState: () => channel.call("databaseState"),
    countsOfOthers: (own) => channel.call("countsOfOthers", own),
    workersReplaced: () => channel.call("workersReplaced"),
    invalidate: (cache) => channel.call("invalidate", cache).catch(() => undefined),
  };
}

/** When the channel closes, Node ends a worker process. */
function endpointAtWorker(): IpcEndpoint {
  return {
    send: (message, onError) =>
      void process.send?.(message, undefined, {}, (error) => error && onError(error)),
    listen: (onMessage) => void process.on("message", onMessage),
  };
}
