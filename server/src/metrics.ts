/**
 * What an operator watches, as Prometheus reads it: the only module that knows how series are made. A request costs two
 * additions here and asks nobody; all else is looked up when somebody reads. Labels come from closed lists (endpoints
 * of the table, methods, statuses, codes) or are ids of brands: never a path, a name, an address or a key.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Db } from "./db/database.ts";
import { within } from "./deadline.ts";
import type { JobCount } from "./domain/job-list.ts";
import { type Census, mostBrands, takeCensus } from "./domain/database-stats.ts";
import type { Swept } from "./domain/erasure/retention.ts";
import { addUp, ownCounts, type Snapshot } from "./metrics/aggregate.ts";

export { addUp, lastingCounts, type Snapshot } from "./metrics/aggregate.ts";

/** A request that is over. */
export interface EndedRequest {
  /** `noun.verb` of the table, or `none` */
  endpoint: string;
  method: string;
  status: number | "none";
  /** the error's code; `ok` without one; `cut_off` when the caller was gone before there was an answer */
  code: string;
  seconds: number;
}

/** A piece of background work that is over. */
export interface EndedJob {
  kind: string;
  outcome: "done" | "retried" | "failed" | "lost";
  seconds: number;
}

/** What is counted while the service runs, and read when it is scraped. */
export interface Metrics {
  requestBegan(): void;
  requestEnded(request: EndedRequest): void;
  /** something came that could not be read as a request */
  requestUnread(): void;
  /** a run of what goes by itself is over; without what it did, it failed */
  sweepEnded(swept: Swept | undefined): void;
  /** a piece of background work is over */
  jobEnded(job: EndedJob): void;
  /** every series, in the text format; of processes that answer together, what they come to together */
  read(): Promise<string>;
  /** what this process has counted by itself, for others to add up */
  counts(): Promise<Snapshot>;
  contentType: string;
}

/** Whom to ask when somebody reads. */
export interface Watched {
  version: string;
  db: Db;
  /** a way to the database that is not the pool's, so that a pool in full use does not look like a database away */
  aside: Db;
  /** how often the embedded database was started again */
  restarts(): number | Promise<number>;
  /** what all other processes have counted, in exchange for what this one has */
  countsOfOthers?(own: Snapshot): Promise<Snapshot[]>;
}

const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);
/** How long a reader waits for the database, in milliseconds. */
const censusLimit = 1000;

/** Makes the series of one service, in the order in which they are read. */
export function makeMetrics(watched: Watched): Metrics {
  const registry = new Registry();
  const show = shower(registry);
  const build = () => ({ [watched.version]: 1 });
  show(
    "gauge",
    "dossier_build_info",
    "Always 1; the label says which release of Dossier this is.",
    build,
    "version",
    "first",
  );
  const requests = countRequests(registry, show);
  const lookAround = showDatabase(registry, show, watched);
  const sweepEnded = countSweeps(show);
  const jobEnded = countJobs(registry);
  collectDefaultMetrics({ register: registry });
  return {
    ...requests,
    sweepEnded,
    jobEnded,
    contentType: registry.contentType,
    counts: async () => ownCounts(await registry.getMetricsAsJSON()),
    async read() {
      await lookAround();
      if (!watched.countsOfOthers) return registry.metrics();
      const all = await registry.getMetricsAsJSON();
      return addUp([all, ...(await watched.countsOfOthers(ownCounts(all)))]).metrics();
    },
  };
}

/** Values that are looked up when somebody reads: one, or one for each value of a label; nothing if it is not known. */
type Look = () => number | Readonly<Record<string, number>> | undefined;
/** Of processes that answer together: what each has is added up, or it is the same for all and the reader's is told. */
type Over = "sum" | "first" | "max";
type Show = (
  kind: "counter" | "gauge",
  name: string,
  help: string,
  look: Look,
  label?: string,
  over?: Over,
) => void;

function shower(registry: Registry): Show {
  return (kind, name, help, look, label, over = "sum") => {
    const collect = () => {
      const found = look();
      if (label === undefined) series.remove();
      else series.reset();
      if (typeof found === "number") series.inc(found);
      else if (found && label)
        for (const [value, n] of Object.entries(found)) series.inc({ [label]: value }, n);
    };
    const labelNames = label ? [label] : [];
    const options = { name, help, collect, registers: [registry], labelNames, aggregator: over };
    const series = kind === "counter" ? new Counter(options) : new Gauge(options);
  };
}

function countRequests(
  registry: Registry,
  show: Show,
): Pick<Metrics, "requestBegan" | "requestEnded" | "requestUnread"> {
  const counts = { underWay: 0, limited: 0, unread: 0 };
  const registers = [registry];
  const total = new Counter({
    name: "dossier_http_requests_total",
    help: "Requests that are over, by endpoint (none: there is no such path or method), method, status and error code (ok: no error; cut_off: the caller left before the answer).",
    labelNames: ["endpoint", "method", "status", "code"],
    registers,
  });
  const duration = new Histogram({
    name: "dossier_http_request_duration_seconds",
    help: "Time from a request's headers to the end of its answer, by endpoint.",
    labelNames: ["endpoint"],
    buckets: durations,
    registers,
  });
  const now = "Requests under way, the one that reads this among them.";
  show("gauge", "dossier_http_requests_in_flight", now, () => counts.underWay);
  const limited = "Requests refused because their key had made as many in the minute as it may.";
  show("counter", "dossier_http_requests_rate_limited_total", limited, () => counts.limited);
  const unread = "Connections closed because what came could not be read as a request.";
  show("counter", "dossier_http_requests_unread_total", unread, () => counts.unread);
  return {
    requestBegan: () => void (counts.underWay += 1),
    requestUnread: () => void (counts.unread += 1),
    requestEnded({ endpoint, method: sent, status, code, seconds }) {
      const method = methods.has(sent) ? sent : "other";
      counts.underWay -= 1;
      if (code === "rate_limited") counts.limited += 1;
      total.inc({ endpoint, method, status, code });
      duration.observe({ endpoint }, seconds);
    },
  };
}

/** What the database says of itself. Answers what asks it; readers at the same time share one statement. */
function showDatabase(registry: Registry, show: Show, { db, aside, restarts }: Watched): () => Promise<void> {
  const unknown: Census = { up: false, brands: [] };
  let census = unknown;
  let restarted = 0;
  let underWay: Promise<Census> | undefined;
  const ask = () => (underWay ??= takeCensus(aside).finally(() => (underWay = undefined)));
  const by = (kind: "customers" | "tickets") =>
    Object.fromEntries(census.brands.map((brand) => [brand.brandId, brand[kind]]));
  const isCurrent = () => (census.current === undefined ? undefined : Number(census.current));
  const up = "Whether the database answered within a second (1) or not (0).";
  show("gauge", "dossier_database_up", up, () => Number(census.up), undefined, "first");
  const current = "Whether the database's migrations are those of this release (1) or not (0).";
  show("gauge", "dossier_database_migrations_current", current, isCurrent, undefined, "first");
  const again = "Times the embedded database ended unexpectedly and was started again.";
  show("counter", "dossier_database_restarts_total", again, () => restarted, undefined, "first");
  showPool(show, db);
  const size = "Size of the database on its disk.";
  show("gauge", "dossier_database_size_bytes", size, () => census.bytes, undefined, "first");
  const among = `by id of the brand, for the ${mostBrands} oldest brands`;
  show("gauge", "dossier_customers", `Live customers ${among}.`, () => by("customers"), "brand_id", "first");
  show("gauge", "dossier_tickets", `Tickets ${among}.`, () => by("tickets"), "brand_id", "first");
  showJobs(registry, () => census.jobs ?? []);
  return async () => {
    [census, restarted] = await Promise.all([within(censusLimit, ask(), unknown), restarts()]);
  };
}

function showPool(show: Show, db: Db): void {
  const { gate, retries, timeouts } = db.activity;
  const sessions = () => {
    const { idle, used } = db.load();
    return { idle, used };
  };
  show(
    "gauge",
    "dossier_database_sessions",
    "Sessions of the pool by what they are: idle or used.",
    sessions,
    "state",
  );
  const size = "Sessions the pool may hold.";
  show("gauge", "dossier_database_sessions_limit", size, () => db.load().size);
  const waiting = "Callers that wait for a session.";
  show("gauge", "dossier_database_callers_waiting", waiting, () => db.load().waiting);
  const waits = "Times a caller had to wait for a session and got one or gave up.";
  show("counter", "dossier_database_waits_total", waits, () => gate.waits);
  const seconds = "Time that callers have waited for a session, in all.";
  show("counter", "dossier_database_wait_seconds_total", seconds, () => gate.waitSeconds);
  const tired = "Callers told to try again because they had waited 5 seconds for a session.";
  show("counter", "dossier_database_waits_abandoned_total", tired, () => gate.tired);
  const again = "Transactions run again, by why: deadlock, serialization, lock (waited too long for one).";
  show("counter", "dossier_database_transaction_retries_total", again, () => retries, "reason");
  const late =
    "Statements ended by a limit of time: statement (ran too long), lock (waited too long for one), answer (the database was silent).";
  show("counter", "dossier_database_statement_timeouts_total", late, () => timeouts, "limit");
}

/** Background work as it stands in the database, whoever does it. */
function showJobs(registry: Registry, look: () => readonly JobCount[]): void {
  const registers = [registry];
  const shared = { labelNames: ["kind", "state"], aggregator: "first" as const, registers };
  const jobs = new Gauge({
    name: "dossier_jobs",
    help: "Background work by kind and state: waiting, running, failed (up to 10,000 of each brand).",
    ...shared,
    collect() {
      this.reset();
      for (const { kind, state, count } of look()) this.set({ kind, state }, count);
    },
  });
  const oldest = new Gauge({
    name: "dossier_jobs_oldest_seconds",
    help: "Age of the oldest piece of background work, by kind and state.",
    ...shared,
    collect() {
      this.reset();
      for (const one of look()) this.set({ kind: one.kind, state: one.state }, one.oldest);
    },
  });
  void [jobs, oldest];
}

function countJobs(registry: Registry): Metrics["jobEnded"] {
  const registers = [registry];
  const total = new Counter({
    name: "dossier_job_runs_total",
    help: "Times a piece of background work was begun and ended in this process, by kind and outcome: done, retried (to be tried again), failed (given up), lost (to another process).",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "dossier_job_duration_seconds",
    help: "Time a run of background work took, by kind.",
    labelNames: ["kind"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });
  return ({ kind, outcome, seconds }) => {
    total.inc({ kind, outcome });
    duration.observe({ kind }, seconds);
  };
}

/** What goes by itself: see domain/retention.ts. */
function countSweeps(show: Show): Metrics["sweepEnded"] {
  const runs = { done: 0, failed: 0 };
  const erased = { customers: 0, answers: 0 };
  let success: number | undefined;
  show(
    "counter",
    "dossier_retention_runs_total",
    "Runs of retention by outcome: done or failed.",
    () => runs,
    "outcome",
  );
  const customers = "Deleted customers that could be restored no longer and were erased.";
  show("counter", "dossier_retention_erased_customers_total", customers, () => erased.customers);
  const answers = "Answers kept for retries that were dropped after their 24 hours.";
  show("counter", "dossier_retention_dropped_answers_total", answers, () => erased.answers);
  const last =
    "When a run of retention last succeeded, in Unix time; not there before the first, ten minutes after the start.";
  show("gauge", "dossier_retention_last_success_timestamp_seconds", last, () => success, undefined, "max");
  return (swept) => {
    runs[swept ? "done" : "failed"] += 1;
    if (!swept) return;
    erased.customers += swept.customers;
    erased.answers += swept.answers;
    success = Date.now() / 1000;
  };
}
