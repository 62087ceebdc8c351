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
  endpoint: string | undefined;
  keyId: number | undefined;
  error: DossierError | undefined;
  /** in milliseconds of the process */
  startedAt: number;
  isCounted: boolean;
}

// A property of the request: the garbage collector pays more for the entries of a WeakMap. A record holds no function,
// because one that holds the request keeps it, its response and all they hold beyond many minor collections.
declare module "fastify" {
  interface FastifyRequest {
    record: RequestRecord | undefined;
  }
}

export function recordOf(request: FastifyRequest): RequestRecord {
  request.record ??= {
    endpoint: undefined,
    keyId: undefined,
    error: undefined,
    startedAt: 0,
    isCounted: false,
  };
  return request.record;
}

/** The counters of requests. */
export interface RequestCounters {
  metrics: Metrics;
  /** endpoints by name, for the watchdog */
  inFlight?: InFlight | undefined;
}

/** Counts a request until its connection is finished with it, also if the client disconnects; then calls `onEnd`. */
export function trackRequest(
  counters: RequestCounters,
  request: FastifyRequest,
  reply: FastifyReply,
  onEnd?: () => void,
): void {
  recordOf(request).startedAt = performance.now();
  counters.metrics.requestStarted();
  reply.raw.on("close", () => {
    onEnd?.();
    countFinished(counters, request, reply, reply.raw.writableFinished);
  });
}

/** Counts a request as finished, once; that of a stream while its response goes on. */
export function countFinished(
  { metrics, inFlight }: RequestCounters,
  request: FastifyRequest,
  reply: FastifyReply,
  isAnswered: boolean,
): void {
  const record = recordOf(request);
  if (record.isCounted) return;
  record.isCounted = true;
  if (record.endpoint !== undefined) inFlight?.end(record.endpoint);
  metrics.requestFinished({
    endpoint: endpointOf(request),
    method: request.method,
    ...(isAnswered
      ? { status: reply.statusCode, code: record.error?.code ?? "ok" }
      : { status: "none" as const, code: "client_closed" }),
    seconds: (performance.now() - record.startedAt) / 1000,
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

function endpointOf(request: FastifyRequest): string {
  return request.record?.endpoint ?? otherEndpoints[request.routeOptions.url ?? ""] ?? "none";
}

/** Writes the log line of a request. */
export function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const { keyId, error } = recordOf(request);
  log.info(
    {
      request_id: request.id,
      key_id: keyId,
      endpoint: endpointOf(request),
      method: request.method,
      status: reply.statusCode,
      code: error?.code,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    "request",
  );
}
