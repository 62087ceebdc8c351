/**
 * Readiness: whether requests, including writes, can be handled, and how far the clocks of this machine and of the
 * database differ. Concurrent probes share one check, which has a connection of its own: a fully used pool does not
 * mean an unreachable database.
 */
import { timeoutOr } from "../abort.ts";
import { minDifference, DatabaseClock, maxClockDifference } from "../db/clock.ts";
import { unwritableReason } from "../db/errors.ts";
import { isUpToDate } from "../db/migrate.ts";
import { WriteProbe } from "../db/writability.ts";
import type { Log } from "../log.ts";
import type { Databases } from "./databases.ts";
import type { ClusterServices } from "./shared-state.ts";

/** How long a probe waits, in milliseconds. */
const timeoutMs = 2_500;
const clockIntervalMs = 10_000;
const noAnswer = "the database does not answer";

export interface ReadinessDeps {
  databases: Databases;
  cluster: ClusterServices;
  log: Log;
}

/** Checks when it is called; compares the clocks in the background, once started. */
export class Readiness {
  readonly clock = new DatabaseClock();
  readonly #deps: ReadinessDeps;
  readonly #writeProbe: WriteProbe;
  #checking: Promise<string | undefined> | undefined;
  #comparing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isApart = false;
  #isStopping = false;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
    const { monitoringDb, db } = deps.databases;
    this.#writeProbe = new WriteProbe(monitoringDb, [monitoringDb.stats, db.stats]);
  }

  /** From now on the server is not ready: balancers send it no more requests. */
  announceStop(): void {
    this.#isStopping = true;
  }

  /** Why requests cannot be handled; undefined if they can. */
  async notReadyReason(): Promise<string | undefined> {
    if (this.#isStopping) return "the server is stopping";
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return timeoutOr(timeoutMs, this.#checking, noAnswer);
  }

  /** The machine's clock minus the database's, in seconds; undefined while it is unknown. */
  clockDifference(): number | undefined {
    const known = this.clock.difference();
    return known && Math.round(known.difference / 100) / 10;
  }

  /** Compares the clocks now and at intervals. */
  start(): void {
    const compare = () => void (this.#comparing = this.#comparing.then(() => this.#compareClocks()));
    this.#timer = setInterval(compare, clockIntervalMs);
    this.#timer.unref();
    compare();
  }

  /** Stops that, and waits for a comparison in progress. */
  stop(): Promise<void> {
    clearInterval(this.#timer);
    return this.#comparing;
  }

  async #check(): Promise<string | undefined> {
    const { databases, cluster } = this.#deps;
    if (!(await cluster.databaseState()).running) return "the embedded database is being restarted";
    try {
      if (!(await isUpToDate(databases.monitoringDb.pool)))
        return "the database's migrations are not those of this release";
      await this.clock.measure(databases.monitoringDb);
      this.#logClockChange();
      return await this.#writeProbe.notWritableReason();
    } catch (error) {
      return unwritableReason(error) ?? noAnswer;
    }
  }

  async #compareClocks(): Promise<void> {
    try {
      await this.clock.measure(this.#deps.databases.monitoringDb);
    } catch {
      return; // other checks report an unreachable database
    }
    this.#logClockChange();
  }

  #logClockChange(): void {
    const { log } = this.#deps;
    const known = this.clock.difference();
    const isApart = known !== undefined && minDifference(known) > maxClockDifference;
    if (isApart === this.#isApart) return;
    this.#isApart = isApart;
    const seconds = this.clockDifference();
    if (isApart) log.warn({ seconds }, "this machine's clock differs from the database's: keep both by NTP");
    else log.info({ seconds }, "this machine's clock and the database's agree again");
  }
}
