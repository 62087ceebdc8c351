/** A process that answers: the application, its way out and its background work, on a database that is there. */
import { createHash } from "node:crypto";
import type { Config } from "../config.ts";
import type { Db } from "../db/database.ts";
import { isCurrent } from "../db/migrate.ts";
import { readTypes } from "../domain/channel-type.ts";
import { createKeyring } from "../domain/key/key.ts";
import { type App, buildApp } from "../http/app.ts";
import type { Log } from "../log.ts";
import { makeMetrics } from "../metrics.ts";
import { makeOutside, type OutsideOptions } from "../egress/client.ts";
import { version } from "../version.ts";
import { makeKinds } from "../jobs/registry.ts";
import { startWorker, type Worker } from "../jobs/worker.ts";
import type { Databases } from "./databases.ts";
import { keepForASecond } from "./channel-type-cache.ts";
import type { Kept, Shared } from "./shared-state.ts";
import { sweepRegularly } from "../jobs/retention-schedule.ts";

/** What an answering process is made from. */
export interface Means {
  config: Config & { secret: Buffer };
  log: Log;
  databases: Databases;
  shared: Shared;
  /** other ways to reach other machines */
  reach?: Pick<OutsideOptions, "resolve" | "dial">;
}

/** A process that answers, or is about to. */
export interface Answering {
  app: App;
  /** Begins to answer requests; answers where. */
  listen(): Promise<string>;
  /** Begins the background work. */
  beginWork(): void;
  /** Drops what is remembered of something that another process has changed. */
  forget(what: Kept): void;
  /** What this process has counted by itself. */
  counts: ReturnType<typeof makeMetrics>["counts"];
  /** Takes no more requests, finishes those under way and the work, then closes the way out. */
  stop(): Promise<void>;
}

/** Puts the parts together; nothing listens yet, and nothing is begun. */
export async function makeAnswering({ config, log, databases, shared, reach }: Means): Promise<Answering> {
  const { db, aside } = databases;
  const outside = makeOutside({ allow: config.outsideAllow, log, ...reach });
  const metrics = makeMetrics({
    version,
    db,
    aside,
    restarts: async () => (await shared.databaseState()).restarts,
    ...(shared.countsOfOthers ? { countsOfOthers: shared.countsOfOthers } : {}),
  });
  const bootstrap = config.adminKey ? createHash("sha256").update(config.adminKey).digest() : undefined;
  const keyring = createKeyring(db, bootstrap);
  const types = keepForASecond(() => readTypes(db));
  const forgetting = { keys: keyring.forget, types: types.forget };
  const change = (what: Kept) => {
    forgetting[what]();
    shared.changed?.(what);
  };
  const app = await buildApp(
    {
      db,
      outside,
      log,
      metrics,
      version,
      secret: config.secret,
      authenticate: keyring.authenticate,
      authenticateHash: keyring.authenticateHash,
      forgetKeys: () => change("keys"),
      listTypes: types.read,
      forgetTypes: () => change("types"),
      obstacle: () => obstacle(db, shared),
    },
    { ...config, ...(shared.spend ? { spend: shared.spend } : {}) },
  ).catch(async (error: unknown) => {
    await outside.close();
    throw error;
  });
  let worker: Worker | undefined;
  let endSweeping: (() => Promise<void>) | undefined;
  return {
    app,
    counts: metrics.counts,
    forget: (what) => forgetting[what](),
    listen: () => app.listen({ host: config.host, port: config.port }),
    beginWork() {
      worker = startWorker(db, log, makeKinds({ db, outside, secret: config.secret, log }), metrics.jobEnded);
      endSweeping = sweepRegularly(db, log, metrics);
    },
    async stop() {
      await Promise.all([drain(app), worker?.stop()]);
      await endSweeping?.();
      await outside.close();
    },
  };
}

async function obstacle(db: Db, shared: Shared): Promise<string | undefined> {
  if (!(await shared.databaseState()).running) return "the embedded database is being restarted";
  try {
    return (await isCurrent(db.pool)) ? undefined : "the database's migrations are not those of this release";
  } catch {
    return "the database does not answer";
  }
}

const drainPatience = 5000;

/** Finishes what is under way; who has not sent a whole request by then is cut off. */
async function drain(app: App): Promise<void> {
  const limit = setTimeout(() => app.server.closeAllConnections(), drainPatience);
  await app.close();
  clearTimeout(limit);
}
