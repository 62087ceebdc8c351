/**
 * Prometheus metrics of a service. A request costs two additions in memory; everything else is read at a scrape.
 * Invariant: labels come from closed lists (endpoints of the table, methods, statuses, codes) or are brand ids, never a
 * path, a name, an address or a key.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { DatabaseClock } from "../db/clock.ts";
import type { Db } from "../db/database.ts";
import { timeoutOr } from "../abort.ts";
import type { JobCount } from "../domain/job-list.ts";
import { type DatabaseSnapshot, maxBrands, readDatabaseStats } from "../domain/database-stats.ts";
import type { RetentionReport } from "../domain/erasure/retention.ts";
import { type AdmissionCounts, registerAdmissionMetrics, registerQueueMetrics } from "./queues.ts";
import { type DefineSeries, createSeriesFactory } from "./gauges.ts";
import { aggregate, processMetrics, type Snapshot } from "./aggregate.ts";
import { type BackupTimes, registerBackupMetrics } from "./backups.ts";
import { type ChangeStreamCounts, registerChangeStreamMetrics } from "./change-streams.ts";
import { registerPoolMetrics } from "./pool.ts";
import type { Batcher } from "../domain/batcher.ts";

export { aggregate, monotonicMetrics, type Snapshot } from "./aggregate.ts";

/** A request that is finished. */
export interface FinishedRequest {
  /** `noun.verb` of the table, or `none` */
  endpoint: string;
  method: string;
  status: number | "none";
  /** the error code; `ok` without one; `client_closed` if the client disconnected before the response */
  code: string;
  seconds: number;
}

/** A request that admission control rejected on arrival. */
export interface ShedRequest extends Pick<FinishedRequest, "endpoint" | "method" | "code"> {
  status: number;
  reason: "overload" | "rate_limit" | "address";
}

/** A job that is finished. */
export interface FinishedJob {
  kind: string;
  outcome: "done" | "retried" | "failed" | "lost";
  seconds: number;
}

/** The counters of a running service. */
export interface Metrics {
  requestStarted(): void;
  requestFinished(request: FinishedRequest): void;
  /** a request was not admitted */
  requestShed(request: ShedRequest): void;
  /** sets the source of the admission counts, by class; it is read at each scrape */
  observeAdmission(counts: () => Readonly<Record<string, AdmissionCounts>>): void;
  /** sets the source of the counts of the streams of changes; it is read at each scrape */
  observeChangeStreams(counts: () => ChangeStreamCounts): void;
  /** a malformed request arrived */
  requestMalformed(): void;
  connectionOpened(): void;
  connectionClosed(): void;
  /** the server closed a connection: a new one over the limit, an evicted one, one with an unread response, one with a flood */
  connectionDropped(reason: "limit" | "evicted" | "stalled" | "pipelined"): void;
  /** a retention run is finished; without a report it failed */
  retentionFinished(report: RetentionReport | undefined): void;
  /** a job is finished */
  jobFinished(job: FinishedJob): void;
  /** every series in the text format, aggregated over all processes */
  read(): Promise<string>;
  /** the series of this process, for aggregation elsewhere */
  counts(): Promise<Snapshot>;
  contentType: string;
}

/** The sources of values that are read at a scrape. */
export interface MetricsSources {
  version: string;
  db: Db;
  batcher: Batcher;
  /** a connection outside the pool, so that an exhausted pool does not look like an unreachable database */
  monitoringDb: Db;
  clock: DatabaseClock;
  /** restarts of the embedded database */
  restarts(): number | Promise<number>;
  /** workers that were replaced, by reason; undefined in a single process */
  workersReplaced?(): Promise<Readonly<{ ended: number; silent: number }>>;
  /** the times of scheduled backups; undefined where there are none */
  backupTimes?(): Promise<BackupTimes>;
  /** exchanges the series of this process for those of all others */
  countsOfOthers?(own: Snapshot): Promise<Snapshot[]>;
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);
const methodOf = (sent: string) => (methods.has(sent) ? sent : "other");
/** The timeout of the database at a scrape, in milliseconds. */
const databaseTimeoutMs = 1000;

/** Creates all series of a service, in output order. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const defineSeries = createSeriesFactory(registry);
  const build = () => ({ [sources.version]: 1 });
  defineSeries(
    "gauge",
    "dossier_build_info",
    "Always 1; the label says which release of Dossier this is.",
    build,
    "version",
    "first",
  );
  const requests = registerRequestMetrics(registry, defineSeries);
  const connections = registerConnectionMetrics(defineSeries);
  const refreshDatabase = registerDatabaseMetrics(registry, defineSeries, sources);
  const refreshBackups = registerBackupMetrics(defineSeries, sources.backupTimes);
  const refreshWorkers = registerWorkerMetrics(defineSeries, sources);
  registerClockMetrics(defineSeries, sources.clock);
  const retentionFinished = registerRetentionMetrics(defineSeries, sources.clock);
  const jobFinished = registerJobCounters(registry);
  registerQueueMetrics(defineSeries, sources);
  let admission: (() => Readonly<Record<string, AdmissionCounts>>) | undefined;
  registerAdmissionMetrics(defineSeries, () => admission?.() ?? {});
  let streams: (() => ChangeStreamCounts) | undefined;
  registerChangeStreamMetrics(defineSeries, () => streams?.());
  collectDefaultMetrics({ register: registry });
  // Sums over what the same series without `_total` tell by type, named as if they were counters.
  for (const what of ["handles", "requests", "resources"])
    registry.removeSingleMetric(`nodejs_active_${what}_total`);
  return {
    ...requests,
    ...connections,
    observeAdmission: (counts) => void (admission = counts),
    observeChangeStreams: (counts) => void (streams = counts),
    retentionFinished,
    jobFinished,
    contentType: registry.contentType,
    counts: async () => processMetrics(await registry.getMetricsAsJSON()),
    async read() {
      await Promise.all([refreshDatabase(), refreshWorkers(), refreshBackups()]);
      if (!sources.countsOfOthers) return registry.metrics();
      const all = await registry.getMetricsAsJSON();
      return aggregate([all, ...(await sources.countsOfOthers(processMetrics(all)))]).metrics();
    },
  };
}

/** Requests with the same labels. */
interface RequestCount {
  endpoint: string;
  method: string;
  status: number | "none";
  code: string;
  count: number;
}

function registerRequestMetrics(
  registry: Registry,
  defineSeries: DefineSeries,
): Pick<Metrics, "requestStarted" | "requestFinished" | "requestMalformed" | "requestShed"> {
  const counts = { inFlight: 0, limited: 0, malformed: 0 };
  const shed = { overload: 0, rate_limit: 0, address: 0 };
  const registers = [registry];
  const finished = new Map<string, RequestCount>(); // prom-client's own counting costs several times as much
  const countFinished = (endpoint: string, method: string, status: number | "none", code: string) => {
    const key = `${endpoint} ${method} ${status} ${code}`;
    const known = finished.get(key);
    if (known) known.count += 1;
    else finished.set(key, { endpoint, method, status, code, count: 1 });
  };
  void new Counter({
    name: "dossier_http_requests_total",
    help: "Finished requests by endpoint (none: no such path or method), method, status and error code (ok: no error; client_closed: the client disconnected before the response).",
    labelNames: ["endpoint", "method", "status", "code"],
    registers,
    collect() {
      this.reset();
      for (const { count, ...labels } of finished.values()) this.inc(labels, count);
    },
  });
  const duration = new Histogram({
    name: "dossier_http_request_duration_seconds",
    help: "Time from a request's headers to the end of its response, by endpoint.",
    labelNames: ["endpoint"],
    buckets: durationBuckets,
    registers,
  });
  const now = "Requests in flight, including the one that reads this.";
  defineSeries("gauge", "dossier_http_requests_in_flight", now, () => counts.inFlight);
  const limited = "Requests rejected because their key had used its rate limit.";
  defineSeries("counter", "dossier_http_requests_rate_limited_total", limited, () => counts.limited);
  const unread = "Connections closed because of a malformed request.";
  defineSeries("counter", "dossier_http_malformed_requests_total", unread, () => counts.malformed);
  const refused =
    "Requests rejected on arrival, by reason: overload (too many in progress), rate_limit (of the key), address (too many without a valid key).";
  defineSeries("counter", "dossier_http_requests_shed_total", refused, () => shed, "reason");
  return {
    requestShed({ endpoint, method, status, code, reason }) {
      shed[reason] += 1;
      if (code === "rate_limited") counts.limited += 1;
      countFinished(endpoint, methodOf(method), status, code);
    },
    requestStarted: () => void (counts.inFlight += 1),
    requestMalformed: () => void (counts.malformed += 1),
    requestFinished({ endpoint, method: sent, status, code, seconds }) {
      const method = methodOf(sent);
      counts.inFlight -= 1;
      if (code === "rate_limited") counts.limited += 1;
      countFinished(endpoint, method, status, code);
      duration.observe({ endpoint }, seconds);
    },
  };
}

function registerConnectionMetrics(
  defineSeries: DefineSeries,
): Pick<Metrics, "connectionOpened" | "connectionClosed" | "connectionDropped"> {
  let open = 0;
  const dropped = { limit: 0, evicted: 0, stalled: 0, pipelined: 0 };
  defineSeries("gauge", "dossier_http_connections", "Open connections.", () => open);
  const why =
    "Connections the server closed, by reason: limit (a new one over the limit), evicted (idle or still sending, for a new one), stalled (the client does not read its responses), pipelined (over 256 requests without a response).";
  defineSeries("counter", "dossier_http_connections_closed_total", why, () => dropped, "reason");
  return {
    connectionOpened: () => void (open += 1),
    connectionClosed: () => void (open -= 1),
    connectionDropped: (reason) => void (dropped[reason] += 1),
  };
}

/** Registers the series of the database. Returns their refresh; concurrent scrapes share one statement. */
function registerDatabaseMetrics(
  registry: Registry,
  defineSeries: DefineSeries,
  { db, monitoringDb, restarts }: MetricsSources,
): () => Promise<void> {
  const unknown: DatabaseSnapshot = { up: false, brands: [] };
  let census = unknown;
  let restarted = 0;
  let reading: Promise<DatabaseSnapshot> | undefined;
  const read = () => (reading ??= readDatabaseStats(monitoringDb).finally(() => (reading = undefined)));
  const by = (kind: "customers" | "tickets") =>
    Object.fromEntries(census.brands.map((brand) => [brand.brandId, brand[kind]]));
  const isCurrent = () => (census.upToDate === undefined ? undefined : Number(census.upToDate));
  const up = "Whether the database answered within a second (1) or not (0).";
  defineSeries("gauge", "dossier_database_up", up, () => Number(census.up), undefined, "first");
  const current = "Whether the database's migrations are those of this release (1) or not (0).";
  defineSeries("gauge", "dossier_database_migrations_current", current, isCurrent, undefined, "first");
  const again = "Times the embedded database ended unexpectedly and was started again.";
  defineSeries("counter", "dossier_database_restarts_total", again, () => restarted, undefined, "first");
  registerPoolMetrics(defineSeries, db);
  const size = "Size of the database on its disk.";
  defineSeries("gauge", "dossier_database_size_bytes", size, () => census.bytes, undefined, "first");
  const among = `by id of the brand, for the ${maxBrands} oldest brands`;
  defineSeries(
    "gauge",
    "dossier_customers",
    `Live customers ${among}.`,
    () => by("customers"),
    "brand_id",
    "first",
  );
  defineSeries("gauge", "dossier_tickets", `Tickets ${among}.`, () => by("tickets"), "brand_id", "first");
  registerJobGauges(registry, () => census.jobs ?? []);
  const due =
    "Deleted customers that should have been erased by now, at most 10,000; more than 0 between two runs of retention.";
  defineSeries(
    "gauge",
    "dossier_retention_overdue_customers",
    due,
    () => census.overdue?.customers,
    undefined,
    "first",
  );
  const age = "How long the oldest of them has been overdue.";
  defineSeries(
    "gauge",
    "dossier_retention_overdue_seconds",
    age,
    () => census.overdue?.seconds,
    undefined,
    "first",
  );
  return async () => {
    [census, restarted] = await Promise.all([timeoutOr(databaseTimeoutMs, read(), unknown), restarts()]);
  };
}

/** Registers the series of the workers, which the primary reports. Returns their refresh. */
function registerWorkerMetrics(
  defineSeries: DefineSeries,
  { workersReplaced }: MetricsSources,
): () => Promise<void> {
  if (!workersReplaced) return async () => undefined;
  let replaced: Readonly<{ ended: number; silent: number }> | undefined;
  const help = "Workers replaced, by reason: ended (exited or was killed) or silent (did not respond).";
  defineSeries("counter", "dossier_workers_replaced_total", help, () => replaced, "reason", "first");
  return async () => void (replaced = await workersReplaced());
}

function registerClockMetrics(defineSeries: DefineSeries, clock: DatabaseClock): void {
  const help = "The machine's clock minus the database's; absent before the first comparison.";
  const seconds = () => {
    const known = clock.difference();
    return known && known.difference / 1000;
  };
  defineSeries("gauge", "dossier_clock_difference_seconds", help, seconds, undefined, "first");
}

/** Registers the gauges of the job queue in the database, whichever process runs the jobs. */
function registerJobGauges(registry: Registry, readCounts: () => readonly JobCount[]): void {
  const registers = [registry];
  const shared = { labelNames: ["kind", "state"], aggregator: "first" as const, registers };
  const jobs = new Gauge({
    name: "dossier_jobs",
    help: "Jobs by kind and state: waiting, running, failed (up to 10,000 of each brand).",
    ...shared,
    collect() {
      this.reset();
      for (const { kind, state, count } of readCounts()) this.set({ kind, state }, count);
    },
  });
  const oldest = new Gauge({
    name: "dossier_job_oldest_age_seconds",
    help: "Age of the oldest job, by kind and state.",
    ...shared,
    collect() {
      this.reset();
      for (const one of readCounts()) this.set({ kind: one.kind, state: one.state }, one.oldest);
    },
  });
  void [jobs, oldest];
}

function registerJobCounters(registry: Registry): Metrics["jobFinished"] {
  const registers = [registry];
  const total = new Counter({
    name: "dossier_job_runs_total",
    help: "Job runs of this process, by kind and outcome: done, retried (to be tried again), failed (given up), lost (to another process).",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "dossier_job_duration_seconds",
    help: "Duration of job runs, by kind.",
    labelNames: ["kind"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });
  return ({ kind, outcome, seconds }) => {
    total.inc({ kind, outcome });
    duration.observe({ kind }, seconds);
  };
}

/** Registers the series of retention: see domain/erasure/retention.ts. */
function registerRetentionMetrics(
  defineSeries: DefineSeries,
  clock: DatabaseClock,
): Metrics["retentionFinished"] {
  const runs = { done: 0, failed: 0 };
  const erased = { customers: 0, answers: 0 };
  let success: number | undefined;
  defineSeries(
    "counter",
    "dossier_retention_runs_total",
    "Runs of retention by outcome: done or failed.",
    () => runs,
    "outcome",
  );
  const customers = "Customers erased after the time for a restore had passed.";
  defineSeries("counter", "dossier_retention_erased_customers_total", customers, () => erased.customers);
  const answers = "Expired idempotency keys that were deleted.";
  defineSeries("counter", "dossier_retention_expired_idempotency_keys_total", answers, () => erased.answers);
  const last =
    "When retention last succeeded, in Unix time; absent before the first run, a minute after the start.";
  defineSeries(
    "gauge",
    "dossier_retention_last_success_timestamp_seconds",
    last,
    () => success,
    undefined,
    "max",
  );
  return (report) => {
    runs[report ? "done" : "failed"] += 1;
    if (!report) return;
    erased.customers += report.customers;
    erased.answers += report.answers;
    success = clock.now() / 1000;
  };
}
