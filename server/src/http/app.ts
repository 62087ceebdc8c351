/**
 * HTTP application: hooks, plugins and routes of the Fastify instance. request.ts handles requests of the API; this
 * file adds health, metrics, documentation, CORS and common headers.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import cors from "@fastify/cors";
import { DossierError } from "@dossier/api";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import helmet from "helmet";
import { unknownKey } from "./admission/admission.ts";
import { createArrivalControl } from "./admission/arrival.ts";
import { Connections, defaultLimits } from "./connections.ts";
import { Console, consolePaths, consoleRoutes } from "./console.ts";
import { docsPaths, docsRoutes } from "./docs/docs.ts";
import { headFault, targetOf } from "./request-head.ts";
import { healthPaths, healthRoutes } from "./health.ts";
import { metricsPath, metricsRoute } from "./metrics.ts";
import { createRateLimit } from "./rate-limit.ts";
import { pathOf, RequestHandler } from "./request.ts";
import { createRouter } from "./router.ts";
import type { HttpOptions, Service } from "./service.ts";
import { startPaths, startRoutes } from "./start-page.ts";
import { logRequest, trackRequest } from "./request-log.ts";

/** The application, for those who start and stop it. */
export type App = FastifyInstance;

const serverOptions = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16_384,
  requireHostHeader: false, // request-head.ts requires it, and reports its absence in the error format
};

/** Builds the application without listening. */
export async function buildApp(service: Service, options: HttpOptions): Promise<FastifyInstance> {
  const commonHeaders = securityHeaders(options.trustedProxies.length > 0);
  const setCommonHeaders = commonHeadersSetter(commonHeaders);
  const { maxConnections, drainMs = defaultLimits.drainMs } = options;
  const limits = { ...defaultLimits, maxConnections, drainMs };
  const connections = new Connections(limits, service.metrics, service.log);
  const app = fastify({
    logger: false,
    serverFactory(handler) {
      const server = createServer(serverOptions, connections.inOrder(handler));
      server.maxHeadersCount = 0; // Node would silently drop excess headers; request-head.ts rejects them
      connections.attach(server);
      return server;
    },
    rewriteUrl: targetOf,
    genReqId: requestId,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true },
    pluginTimeout: 0, // it would also end a stop that takes longer; what a stop waits for has time-outs of its own
    return503OnClosing: false, // such a request is rejected below, in the error format
    frameworkErrors(error, request, reply) {
      trackRequest(service, request, reply);
      const fail = () => {
        void requests.fail(request, setCommonHeaders(request, reply), error);
        if (options.logRequests) logRequest(service.log, request, reply); // hooks do not run for malformed requests
      };
      runAfter(arrival.pacing.wait(unknownKey), fail);
    },
    clientErrorHandler: () => undefined, // connections.ts handles them for every server
  });
  if (options.corsOrigins.length > 0) await enableCors(app, options.corsOrigins);
  const limit = createRateLimit(options.rateLimit, options.countRequest);
  const pages = [...startPaths, ...healthPaths, metricsPath, ...docsPaths];
  const route = createRouter(undefined, options.console ? [...pages, ...consolePaths] : pages);
  const arrival = createArrivalControl({ ...service, ...options, limit, route, healthPaths, commonHeaders });
  const requests = new RequestHandler({ service, options, arrival, limit, route });
  const answer = (request: FastifyRequest, reply: FastifyReply) => requests.answer(request, reply);
  app.decorateRequest("record", undefined);
  app.decorateRequest("admission", undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => requests.fail(request, reply, error));
  app.setNotFoundHandler(answer); // malformed paths and methods without a route: the router returns the error
  const closing = { isClosing: false };
  app.addHook("onClose", () => requests.drained()); // in-flight handlers finish before the pool closes
  app.addHook("preClose", (done) => void done(void service.changeStreams.close())); // else the drain would wait for them
  app.addHook("preClose", () => connections.drain(app.server));
  app.addHook("preClose", (done) => void done(void (closing.isClosing = true)));
  app.addHook("onRequest", (request, reply, done) => {
    const path = pathOf(request);
    if (!arrival.admit(request, reply, path)) return; // it has its response
    setCommonHeaders(request, reply);
    trackRequest(service, request, reply, () => arrival.finish(request, reply));
    request.raw.headers["content-type"] = "any/type"; // body/body.ts checks media types later
    const finish = () => done(closing.isClosing ? stoppingError() : headFault(request.raw));
    runAfter(arrival.waitOutsideApi(path), finish);
  });
  app.addHook("onResponse", (request, reply, done) => {
    if (options.logRequests && !arrival.wasRejected(request)) logRequest(service.log, request, reply);
    done();
  });
  app.all("/api/v2", answer);
  app.all("/api/v2/*", answer);
  const built = options.console ? new Console() : undefined;
  startRoutes(app, service, built);
  if (built) consoleRoutes(app, built);
  healthRoutes(app, service, options.keyInQuery);
  metricsRoute(app, service.metrics, {
    identify: requests.identify,
    authorize: (...request) => requests.authorize(...request),
    authenticateHash: service.authenticateHash,
    onKeyChange: service.onKeyChange,
  });
  docsRoutes(app);
  return app;
}

/** Runs the step after a wait, or immediately without one. */
function runAfter(wait: Promise<void> | undefined, step: () => void): void {
  if (wait) void wait.then(step);
  else step();
}

function stoppingError(): DossierError {
  return new DossierError("unavailable", "The server is stopping. Nothing was changed; try again.", {
    retryAfter: 1,
  });
}

function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const sent = request.headers["x-request-id"];
  return typeof sent === "string" && /^[A-Za-z0-9._-]{8,64}$/.test(sent) ? sent : randomUUID();
}

/** The security headers, computed once; the documentation pages have their own content policy. */
function securityHeaders(strictTransportSecurity: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const answer = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: (name: string) => void Reflect.deleteProperty(headers, name.toLowerCase()),
  };
  helmet({
    // Hosts below this one may lack TLS, so the header does not include them.
    strictTransportSecurity: strictTransportSecurity && { includeSubDomains: false },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  })({} as IncomingMessage, answer as unknown as ServerResponse, () => undefined);
  return headers;
}

async function enableCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
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
    preflightContinue: true, // OPTIONS gets a regular response: 200 with Allow
  });
}

type SetCommonHeaders = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Sets the headers of every response. */
function commonHeadersSetter(commonHeaders: Readonly<Record<string, string>>): SetCommonHeaders {
  return (request, reply) =>
    reply.headers(commonHeaders).header("x-request-id", request.id).header("cache-control", "no-store");
}
