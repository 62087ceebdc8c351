/** What the server says about itself to anybody: whether it lives, whether it is ready, what it can be asked. */
import { openapi } from "@dossier/api";
import type { FastifyInstance } from "fastify";

export interface Health {
  version: string;
  /** why the service is not ready, or nothing */
  obstacle(): Promise<string | undefined>;
}

export function healthRoutes(app: FastifyInstance, { version, obstacle }: Health): void {
  app.get("/livez", () => ({ status: "ok", version }));
  app.get("/readyz", async (_request, reply) => {
    const reason = await obstacle();
    if (reason) void reply.code(503).header("retry-after", 1);
    return { status: reason ? "unavailable" : "ok", reason, version };
  });
  const document = JSON.stringify(openapi(version), null, 2);
  app.get("/openapi.json", (_request, reply) =>
    reply.header("content-type", "application/json; charset=utf-8").send(document),
  );
}
