// Floods of requests that need no database (pages, health checks, refused calls): while a key works, few responses are
// written in one turn of the event loop, so that the key's requests are read in between.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer({ rateLimit: 0 });
const brandId = await world.newBrand();
const quiet = await world.clientFor(["CUSTOMER_READ"], [brandId]);
const loud = `apiKey: ${await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"], [brandId])}`;
const connections = 150;

const sockets: Socket[] = [];
afterAll(() => sockets.forEach((socket) => void socket.destroy()));

async function open(): Promise<Socket> {
  const socket = connect({ port: Number(new URL(world.url).port), host: "127.0.0.1", noDelay: true });
  socket.setEncoding("latin1").on("error", () => undefined);
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** Sends a request on all connections together; resolves with the most responses that were written in one turn. */
async function maxPerTurn(request: string): Promise<number> {
  while (sockets.length < connections) await open();
  sockets[0]!.write(request); // a page is read at its first request
  await once(sockets[0]!, "data");
  let [turn, most, total] = [0, 0, 0];
  let isOver = false;
  const count = () => {
    turn += 1;
    most = Math.max(most, turn);
    total += 1;
  };
  const next = () => {
    turn = 0;
    if (!isOver) setImmediate(next);
  };
  subscribe("http.server.response.finish", count);
  next();
  await quiet.customer.list({ itemLimit: 1 }); // the quiet key is active from here
  const answers = sockets.map((socket) => once(socket, "data"));
  for (const socket of sockets) socket.write(request);
  await Promise.all(answers);
  isOver = true;
  unsubscribe("http.server.response.finish", count);
  expect(total).toBeGreaterThanOrEqual(connections);
  return most;
}

const request = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n");
const json = ["Content-Type: application/json", "Content-Length: 1"];

test.each([
  ["a page of the documentation", request("GET /docs/explorer.css")],
  ["the liveness probe", request("GET /livez")],
  ["a path that is not there", request("GET /nowhere")],
  ["a preflight request", request("OPTIONS /api/v2/customer")],
  ["metrics without a key", request("GET /metrics")],
  ["an unknown endpoint", request("GET /api/v2/nowhere", loud)],
  ["a path that cannot be decoded", request("GET /api/v2/%zz", loud)],
  ["a method that is not allowed", request("TRACE /api/v2/customer", loud)],
  ["a field that is invalid", request("GET /api/v2/customer?itemLimit=x", loud)],
  ["a permission that is missing", request("GET /api/v2/apikey", loud)],
  ["a body that is no JSON", `${request("POST /api/v2/customer", loud, ...json)}{`],
])("few responses are written in one turn while another key works: %s", async (_name, text) => {
  expect(await maxPerTurn(text)).toBeLessThanOrEqual(Math.ceil(connections / 48) + 2);
});
