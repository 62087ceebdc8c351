/**
 * The HTTP room: a request becomes one domain call and one answer. `answer` is the whole way of a request, each step
 * once, in the order in which the contract says failures count.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import cors from "@fastify/cors";
import {
  type ChannelType,
  decode,
  DossierError,
  type Endpoint,
  type Permission,
  type Sent,
  sentName,
} from "@dossier/api";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import helmet from "helmet";
import type { Db } from "../db/database.ts";
import type { Ask, Caller } from "../domain/context.ts";
import { handlerOf } from "../handlers.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Outside } from "../egress/client.ts";
import { readSent } from "./body/body.ts";
import { readIfMatch, readRetry } from "./conditional-headers.ts";
import { type Credential, hashOf, readCredential } from "./credentials.ts";
import { docsRoutes } from "./docs/docs.ts";
import { failureOf, hasLeft, refuseUnread, sendFailure } from "./error-response.ts";
import { type Health, healthRoutes } from "./health.ts";
import { type Identify, metricsRoute } from "./metrics.ts";
import { makeLimit, type SpendTogether } from "./rate-limit.ts";
import { makeRouter, type Route } from "./router.ts";
import { closeSession, openSession } from "./session-cookie.ts";
import { logRequest, traceOf, type Traces, watch } from "./request-log.ts";

/** The application, as the one who starts and stops it holds it. */
export type App = FastifyInstance;

/** What the HTTP room needs from the house. */
export interface Service extends Health {
  db: Db;
  outside: Outside;
  log: Log;
  metrics: Metrics;
  secret: Buffer;
  authenticate(key: string): Promise<Caller>;
  authenticateHash(hash: Buffer): Promise<Caller>;
  forgetKeys(): void;
  listTypes(): Promise<readonly ChannelType[]>;
  forgetTypes(): void;
}

/** The settings that concern HTTP. */
export interface HttpOptions {
  rateLimit: number;
  /** who counts for several processes */
  spend?: SpendTogether;
  keyInQuery: boolean;
  corsOrigins: readonly string[];
  trustedProxies: readonly string[];
}

const timeouts = {
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 1000, maxHeaderSize: 16_384 },
};

/** Builds the application; nothing listens yet. */
export async function buildApp(service: Service, options: HttpOptions): Promise<FastifyInstance> {
  const traces: Traces = new WeakMap();
  const stamp = makeStamp(protectiveHeaders(options.trustedProxies.length > 0));
  const app = fastify({
    ...timeouts,
    logger: false,
    genReqId: requestId,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true },
    frameworkErrors(error, request, reply) {
      watch(service.metrics, traces, request, reply);
      void fail(service, traces, request, stamp(request, reply), error);
      logRequest(service.log, traces, request, reply); // hooks do not run for what could not be routed
    },
    clientErrorHandler(error, socket) {
      if (!hasLeft(error)) service.metrics.requestUnread();
      refuseUnread(error, socket);
    },
  });
  app.server.maxHeadersCount = 100;
  if (options.corsOrigins.length > 0) await openTo(app, options.corsOrigins);
  const spend = await makeLimit(app, options.rateLimit, options.spend);
  const route = makeRouter();

  const identify: Identify = (credential) => identifyBy(service, credential);

  async function admit(
    request: FastifyRequest,
    reply: FastifyReply,
    permission: Permission | "any",
    who = identify,
  ): Promise<{ credential: Credential; caller: Caller }> {
    const credential = readCredential(request, options.keyInQuery, service.secret);
    const caller = await who(credential);
    traceOf(traces, request).keyId = caller.keyId;
    await spend(request, reply, caller);
    permit(permission, caller);
    return { credential, caller };
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const trace = traceOf(traces, request);
    const found = route(request.method, pathOf(request));
    if ("allow" in found) return reply.header("allow", found.allow.join(", ")).send();
    trace.endpoint = found.name;
    const { credential, caller } = await admit(request, reply, found.row.permission);
    const sent = await readSent(found.row, request);
    const types = await service.listTypes();
    const input = decode(found.row, sent, found.pathId, types);
    const ask = askOf(service, found, request, caller, types, sent, input);
    const result = await handlerOf(found.name)(ask, input);
    if (found.row.cookie === "opens") openSession(reply, service.secret, hashOf(credential));
    if (found.row.cookie === "closes") closeSession(reply);
    return send(reply, found.row, ask, result);
  }

  const awaited = awaitedBy(app, answer);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => fail(service, traces, request, reply, error));
  app.setNotFoundHandler(awaited); // what is no path, and methods that are not routed: the router knows why
  app.addHook("onRequest", (request, reply, done) => {
    stamp(request, reply);
    watch(service.metrics, traces, request, reply);
    request.raw.headers["content-type"] = "any/type"; // media types are judged by body.ts, when it is their turn
    done();
  });
  app.addHook(
    "onResponse",
    (request, reply, done) => void done(void logRequest(service.log, traces, request, reply)),
  );
  app.all("/api/v2", awaited);
  app.all("/api/v2/*", awaited);
  healthRoutes(app, service);
  metricsRoute(app, service.metrics, identify, admit);
  docsRoutes(app);
  return app;
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Whoever asked may have left: what he asked for is ended all the same before the database is closed. */
function awaitedBy(app: FastifyInstance, answer: Answer): Answer {
  const underWay = new Set<Promise<FastifyReply>>();
  app.addHook("onClose", async () => void (await Promise.allSettled(underWay)));
  return async (request, reply) => {
    const answering = answer(request, reply);
    underWay.add(answering);
    try {
      return await answering;
    } finally {
      underWay.delete(answering);
    }
  };
}

function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const sent = request.headers["x-request-id"];
  return typeof sent === "string" && /^[A-Za-z0-9._-]{8,64}$/.test(sent) ? sent : randomUUID();
}

/** The headers that are the same for every answer, once: a page of the documentation has a policy of its own. */
function protectiveHeaders(strictTransportSecurity: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const answer = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: (name: string) => void Reflect.deleteProperty(headers, name.toLowerCase()),
  };
  helmet({
    strictTransportSecurity,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  })({} as IncomingMessage, answer as unknown as ServerResponse, () => undefined);
  return headers;
}

async function openTo(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    exposedHeaders: [
      "ETag",
      "Idempotency-Replayed",
      "Retry-After",
      "RateLimit-Limit",
      "RateLimit-Remaining",
      "RateLimit-Reset",
      "X-Request-Id",
    ],
    maxAge: 600,
    strictPreflight: false,
    preflightContinue: true, // OPTIONS is answered like any other: 200 with Allow
  });
}

type Stamp = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Gives an answer the headers that every answer has. */
function makeStamp(same: Readonly<Record<string, string>>): Stamp {
  return (request, reply) =>
    reply.headers({ ...same, "x-request-id": request.id, "cache-control": "no-store" });
}

function pathOf(request: FastifyRequest): string {
  const [path = "/"] = (request.raw.url ?? "/").split("?", 1);
  return path.replace(/^https?:\/\/[^/]*/i, ""); // as a proxy is asked
}

/** Who asks. What comes by a session was done by a person. */
async function identifyBy(service: Service, credential: Credential): Promise<Caller> {
  if ("key" in credential) return service.authenticate(credential.key);
  return { ...(await service.authenticateHash(credential.hash)), source: "agent" };
}

function permit(permission: Permission | "any", caller: Caller): void {
  if (permission !== "any" && !caller.permissions.has(permission))
    throw new DossierError("permission_missing", `This key lacks the permission ${permission}.`);
}

function askOf(
  service: Service,
  { name, row }: Route,
  request: FastifyRequest,
  caller: Caller,
  types: readonly ChannelType[],
  sent: readonly Sent[],
  input: unknown,
): Ask {
  return {
    db: service.db,
    outside: service.outside,
    secret: service.secret,
    caller,
    operation: name,
    about: row.about,
    types,
    ifMatch: readIfMatch(row, request),
    retry: readRetry(row, request, input, service.secret),
    replayed: false,
    spelled: (ours) => sentName(row, sent, ours),
    forgetKeys: service.forgetKeys,
    forgetTypes: service.forgetTypes,
  };
}

function send(reply: FastifyReply, row: Endpoint, ask: Ask, result: object): FastifyReply {
  const { version, item } = result as { version?: number; item?: { version?: number } };
  if (row.etag) void reply.header("etag", `"${version ?? item?.version}"`);
  if (ask.replayed) void reply.header("idempotency-replayed", "true");
  return reply
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(row.output.parse(result)));
}

function fail(
  service: Service,
  traces: Traces,
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: unknown,
): FastifyReply {
  const error = failureOf(thrown);
  const trace = traceOf(traces, request);
  trace.error = error;
  if (error.status >= 500)
    service.log.error({ request_id: request.id, code: error.code, err: error }, "a request failed");
  if (error.code === "too_large") void reply.header("connection", "close");
  return sendFailure(request, reply, error);
}
