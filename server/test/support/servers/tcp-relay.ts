// A small TCP relay between Dossier and its database, for tests of outages: it can refuse connections (`cut`), swallow
// what is sent (`freeze`), respond late (`delay`) and reset every connection once (`reset`).
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll } from "vitest";
import type { TestDatabase } from "../database.ts";

export interface Relay {
  port: number;
  cut(): Promise<void>;
  freeze(): void;
  /** delays every response of the database by so many milliseconds */
  delay(milliseconds: number): void;
  reset(): void;
  restore(): Promise<void>;
}

export async function makeRelay(target: { host?: string; port?: number }): Promise<Relay> {
  const pairs = new Set<[Socket, Socket]>();
  let [frozen, port, late] = [false, 0, 0];
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
          one.on("data", (bytes) => {
            if (frozen) return;
            if (late > 0 && one === far) setTimeout(() => other.writable && other.write(bytes), late);
            else other.write(bytes);
          });
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
    delay: (milliseconds) => void (late = milliseconds),
    reset: drop,
    async restore() {
      late = 0;
      if (frozen) drop();
      frozen = false;
      if (!server.listening) await open();
    },
  };
}

/** DATABASE_URL of a database behind a relay, with Dossier's own timeouts. */
export function urlThrough(relay: Relay, connection: TestDatabase["connection"]): string {
  const { user = "", password = "", database } = connection as Record<string, string>;
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${relay.port}/${database}`;
}
