/**
 * Request log: what log and metrics record of a request: ids, endpoint names, codes and times. Invariant: of the
 * request's content only the method is recorded, and in the log a request id of safe characters.
 */
import type { DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { InFlight } from "../metrics/in-flight.ts";

export interface RequestRecord {
  endpoint?: string;
  keyId?: number;
  error?: DossierError;
  /** counts the request as finished, though its response goes on */
  finish?: () => void;
}

export type RequestRecords = WeakMap<FastifyRequest, RequestRecord>;

export function recordOf(records: RequestRecords, request: FastifyRequest): RequestRecord {
  const known = records.get(request);
  if (known) return known;
  const record: RequestRecord = {};
  records.set(request, record);
  return record;
}

/** The counters of requests. */
export interface RequestCounters {
  metrics: Metrics;
  /** endpoints by name, for the watchdog */
  inFlight?: InFlight | undefined;
}

/** Counts a request until its connection is finished with it, also if the client disconnects; then calls `onEnd`. */
export function trackRequest(
  { metrics, inFlight }: RequestCounters,
  records: RequestRecords,
  request: FastifyRequest,
  reply: FastifyReply,
  onEnd?: () => void,
): void {
  const startedAt = performance.now();
  const record = recordOf(records, request);
  let isCounted = false;
  const count = (isAnswered: boolean) => {
    if (isCounted) return;
    isCounted = true;
    if (record.endpoint !== undefined) inFlight?.end(record.endpoint);
    metrics.requestFinished({
      endpoint: endpointOf(records, request),
      method: request.method,
      ...(isAnswered
        ? { status: reply.statusCode, code: record.error?.code ?? "ok" }
        : { status: "none" as const, code: "client_closed" }),
      seconds: (performance.now() - startedAt) / 1000,
    });
  };
  record.finish = () => count(true);
  metrics.requestStarted();
  reply.raw.on("close", () => {
    onEnd?.();
    count(reply.raw.writableFinished);
  });
}

/** Routes outside the table, by names like those in it. */
const otherEndpoints: Readonly<Record<string, string>> = {
  "/": "server.start",
  "/start.css": "server.start",
  "/livez": "server.livez",
  "/readyz": "server.readyz",
  "/openapi.json": "server.openapi",
  "/metrics": "server.metrics",
  "/docs": "server.docs",
  "/docs/*": "server.docs",
};

function endpointOf(records: RequestRecords, request: FastifyRequest): string {
  return records.get(request)?.endpoint ?? otherEndpoints[request.routeOptions.url ?? ""] ?? "none";
}

/** Writes the log line of a request. */
export function logRequest(
  log: Log,
  records: RequestRecords,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { keyId, error } = records.get(request) ?? {};
  log.info(
    {
      request_id: request.id,
      key_id: keyId,
      endpoint: endpointOf(records, request),
      method: request.method,
      status: reply.statusCode,
      code: error?.code,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    "request",
  );
}
