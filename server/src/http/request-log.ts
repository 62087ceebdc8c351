/**
 * What the log and the metrics say of one request: ids, names of endpoints, codes and times. Of what was sent only the
 * method goes into either, and into the log a request id of harmless letters.
 */
import type { DossierError } from "@dossier/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";

export interface Trace {
  endpoint?: string;
  keyId?: number;
  error?: DossierError;
}

export type Traces = WeakMap<FastifyRequest, Trace>;

export function traceOf(traces: Traces, request: FastifyRequest): Trace {
  const known = traces.get(request);
  if (known) return known;
  const trace: Trace = {};
  traces.set(request, trace);
  return trace;
}

/** Counts a request until its connection is done with it, which happens also to one whose caller leaves. */
export function watch(metrics: Metrics, traces: Traces, request: FastifyRequest, reply: FastifyReply): void {
  const begun = performance.now();
  metrics.requestBegan();
  reply.raw.once("close", () =>
    metrics.requestEnded({
      endpoint: endpointOf(traces, request),
      method: request.method,
      ...(reply.raw.writableFinished
        ? { status: reply.statusCode, code: traces.get(request)?.error?.code ?? "ok" }
        : { status: "none" as const, code: "cut_off" }),
      seconds: (performance.now() - begun) / 1000,
    }),
  );
}

/** Routes outside the table, by names like those in it. */
const outside: Readonly<Record<string, string>> = {
  "/livez": "server.livez",
  "/readyz": "server.readyz",
  "/openapi.json": "server.openapi",
  "/metrics": "server.metrics",
  "/docs": "server.docs",
  "/docs/*": "server.docs",
};

function endpointOf(traces: Traces, request: FastifyRequest): string {
  return traces.get(request)?.endpoint ?? outside[request.routeOptions.url ?? ""] ?? "none";
}

/** Writes its line. */
export function logRequest(log: Log, traces: Traces, request: FastifyRequest, reply: FastifyReply): void {
  const { keyId, error } = traces.get(request) ?? {};
  log.info(
    {
      request_id: request.id,
      key_id: keyId,
      endpoint: endpointOf(traces, request),
      method: request.method,
      status: reply.statusCode,
      code: error?.code,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    "request",
  );
}
