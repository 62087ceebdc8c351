// Bulk accept: the number of connections accepted per turn of the event loop in a burst, and that nothing listens after
// the end.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { acceptInBulk } from "../../src/http/bulk-accept.ts";
import { openLog } from "../../src/log.ts";

const log = openLog("silent", false);
const server: Server = createServer((_request, response) => response.end("ok"));
server.listen(0, "127.0.0.1", 511);
await once(server, "listening");
const { port } = server.address() as AddressInfo;
afterAll(() => server.close());

/** Opens connections all at once; returns the most that were accepted in one turn of the event loop. */
async function mostPerTurn(count: number): Promise<number> {
  const accepted = { inTurn: 0, all: 0 };
  const note = (): void => {
    accepted.inTurn += 1;
    accepted.all += 1;
  };
  server.on("connection", note);
  const sockets: Socket[] = Array.from({ length: count }, () => connect({ port, host: "127.0.0.1" }));
  let most = 0;
  while (accepted.all < count) {
    accepted.inTurn = 0;
    await new Promise((done) => setImmediate(done));
    most = Math.max(most, accepted.inTurn);
  }
  server.off("connection", note);
  for (const socket of sockets) socket.destroy();
  return most;
}

test("sixteen connections are accepted per turn, and each is answered", async () => {
  expect(await mostPerTurn(200), "without it: one at a time").toBe(1);
  acceptInBulk(server, 511, log);
  let most = 0;
  for (const end = performance.now() + 10_000; most < 16 && performance.now() < end; await wait(50))
    most = await mostPerTurn(200);
  expect(most).toBe(16);
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
  );
  expect(new Set(answers)).toEqual(new Set(["ok"]));
});

test("a server that closes accepts nothing more, though a connection is still open", async () => {
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const held = connect({ port, host: "127.0.0.1" });
  const [socket] = await accepted;
  const received = once(socket, "data");
  held.write("GET / HTTP/1.1\r\n"); // incomplete, so that the server waits for it
  await received;
  const closed = once(server, "close");
  server.close();
  const outcomes: unknown[] = [];
  for (
    const end = performance.now() + 5000;
    outcomes.at(-1) !== "ECONNREFUSED" && performance.now() < end;
  ) {
    const late = connect({ port, host: "127.0.0.1" });
    const code = (error: unknown) => (error as NodeJS.ErrnoException).code;
    outcomes.push(await once(late, "connect").then(() => "accepted", code));
    late.destroy();
  }
  expect(outcomes.at(-1)).toBe("ECONNREFUSED");
  held.destroy();
  await closed;
});
