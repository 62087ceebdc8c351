/**
 * Health endpoints, without a key: liveness (the process responds), readiness (it can handle requests), and the OpenAPI
 * document.
 */
import { openapi } from "@dossier/api";
import type { FastifyInstance, FastifyRequest } from "fastify";

export interface Health {
  version: string;
  readiness: Readiness;
}

export const healthPaths = ["/livez", "/readyz", "/openapi.json"];

/** Whether the server can handle requests. */
export interface Readiness {
  /** why it is not ready; undefined if it is */
  notReadyReason(): Promise<string | undefined>;
  /** this machine's clock minus the database's, in seconds; undefined while unknown */
  clockDifference(): number | undefined;
}

/** The routes; `keyInQuery` says whether a key in the query is accepted, as the document then lists. */
export function healthRoutes(
  app: FastifyInstance,
  { version, readiness }: Health,
  keyInQuery: boolean,
): void {
  app.get("/livez", () => ({ status: "ok", version }));
  app.get("/readyz", async (_request, reply) => {
    const reason = await readiness.notReadyReason();
    if (reason) void reply.code(503).header("retry-after", 1);
    const clock_difference = readiness.clockDifference();
    return { status: reason ? "unavailable" : "ok", reason, version, clock_difference };
  });
  const describe = documentWriter(version, keyInQuery);
  app.get("/openapi.json", (request, reply) =>
    reply.header("content-type", "application/json; charset=utf-8").send(describe(addressOf(request))),
  );
}

/** Writes the OpenAPI document with an address as its server; the rest is computed once. */
function documentWriter(version: string, keyInQuery: boolean): (url: string) => string {
  const place = "http://this.installation";
  const [before = "", after = ""] = JSON.stringify(
    openapi(version, { url: place, keyInQuery }),
    null,
    2,
  ).split(JSON.stringify(place));
  return (url) => `${before}${JSON.stringify(url)}${after}`;
}

/** A host as a browser writes it, with its port if that is not the usual one. */
const plainHost = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i;

/** The address at which this server was asked; `/` if the request does not name a plain host. */
function addressOf({ protocol, host }: FastifyRequest): string {
  return host.length <= 255 + 6 && plainHost.test(host) ? `${protocol}://${host}` : "/";
}
