/** One of several processes that answer, told by the primary what to do. */
import { openLog } from "../log.ts";
import { type Answering, makeAnswering } from "./server-process.ts";
import { closeDatabases, openDatabases } from "./databases.ts";
import { type End, type Line, openLine } from "./ipc.ts";
import type { OfPrimary, OfWorker, Setup } from "./ipc-protocol.ts";
import type { Shared } from "./shared-state.ts";

/** Answers requests until the primary says to stop. Resolves with the exit code. */
export function work(): Promise<number> {
  return new Promise((end) => {
    let answering: Answering | undefined;
    const line = openLine<OfPrimary, OfWorker>(endAtWorker(), {
      counts: async () => (await answering?.counts()) ?? [],
      forget: (what) => answering?.forget(what),
      stop: () => {
        const stopped = answering?.stop() ?? Promise.resolve();
        stopped.then(
          () => end(0),
          () => end(1),
        );
      },
    });
    start(line).then(
      (started) => void (answering = started),
      async (error: unknown) => {
        const { message, code } = error as NodeJS.ErrnoException;
        await line.ask("refused", { message, code }).catch(() => undefined);
        end(1);
      },
    );
  });
}

async function start(line: Line<OfPrimary>): Promise<Answering> {
  const setup = await line.ask("setup");
  const answering = await build(setup, line);
  const url = await answering.listen();
  answering.beginWork();
  await line.ask("ready", url);
  return answering;
}

async function build({ config, connection, sessions }: Setup, line: Line<OfPrimary>): Promise<Answering> {
  const log = openLog(config.logLevel).child({ pid: process.pid });
  const databases = openDatabases(connection, sessions);
  const answering = await makeAnswering({ config, log, databases, shared: sharedBy(line) });
  return {
    ...answering,
    async stop() {
      await answering.stop();
      await closeDatabases(databases);
    },
  };
}

function sharedBy(line: Line<OfPrimary>): Shared {
  return {
    spend: (key) => line.ask("spend", key),
    databaseState: () => line.ask("databaseState"),
    countsOfOthers: (own) => line.ask("countsOfOthers", own),
    changed: (what) => void line.ask("changed", what).catch(() => undefined),
  };
}

/** A channel that is closed ends this process: Node sees to that in a worker. */
function endAtWorker(): End {
  return {
    send: (message, failed) => void process.send?.(message, undefined, {}, (error) => error && failed(error)),
    listen: (hear) => void process.on("message", hear),
  };
}
