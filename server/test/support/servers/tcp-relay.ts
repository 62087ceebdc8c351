// A small relay between Dossier and its database, for tests in which the database goes away: it can be cut, so that
// nobody answers, and frozen, so that somebody listens who never does.
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll } from "vitest";
import type { FreshDatabase } from "../database.ts";

export interface Relay {
  port: number;
  cut(): Promise<void>;
  freeze(): void;
  restore(): Promise<void>;
}

export async function makeRelay(target: { host?: string; port?: number }): Promise<Relay> {
  const pairs = new Set<[Socket, Socket]>();
  let [frozen, port] = [false, 0];
  let server: Server;
  const open = () =>
    new Promise<void>((done) => {
      server = createServer((near) => {
        const { host = "127.0.0.1", port = 5432 } = target;
        const far = host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
        pairs.add([near, far]);
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          one.on("error", () => undefined).on("close", () => other.destroy());
          one.on("data", (bytes) => frozen || other.write(bytes));
        }
      });
      server.listen(port, "127.0.0.1", () => {
        ({ port } = server.address() as { port: number });
        done();
      });
    });
  const drop = () => {
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  const cut = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      drop();
    });
  await open();
  afterAll(cut);
  return {
    port,
    cut,
    freeze: () => void (frozen = true),
    async restore() {
      if (frozen) drop();
      frozen = false;
      if (!server.listening) await open();
    },
  };
}

/** DATABASE_URL of a database behind a relay, with the limits of time that Dossier sets itself. */
export function urlThrough(relay: Relay, connection: FreshDatabase["connection"]): string {
  const { user = "", password = "", database } = connection as Record<string, string>;
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${relay.port}/${database}`;
}
