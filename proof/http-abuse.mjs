// HTTP abuse: `node proof/http-abuse.mjs [slow sockets, default 1000] [seed]`. A third of the sockets sends its headers
// a byte at a time, a third its body, a third reads nothing of the responses, while honest clients write and read; then
// a valid request is cut at every byte, requests smuggle others, and limits are exceeded by one. Slow headers must be
// closed in 12 s, slow bodies in 32 s, slow readers in 35 s; no honest call may fail, and no request may get two
// responses. Loopback only; terminates.
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { call, chance, check, conclude, endClient, key, quantile, series, startServer } from "./server.mjs";

const slow = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const below = chance(seed);
const server = await startServer();
const form = "Content-Type: application/x-www-form-urlencoded\r\n";
const head = (first, more = "") => `${first} HTTP/1.1\r\nHost: x\r\napiKey: ${key}\r\n${more}`;

/** Returns all that is received for these bytes until the connection closes or stays silent. */
function send(bytes, timeoutMs = 10_000) {
  return new Promise((done) => {
    let got = "";
    const socket = connect(server.port, "127.0.0.1", () => void socket.write(bytes));
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.on("data", (part) => (got += part.toString("latin1")));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => done(got));
  });
}
const statuses = (got) => (got.match(/HTTP\/1\.1 \d{3}/g) ?? []).map((one) => Number(one.slice(9)));

// Slow sockets -------------------------------------------------------------------------------------------------------

const closedBy = { headers: 0, body: 0, read: 0 };
const open = new Set();
const silent = [];

function startSlow(kind) {
  const socket = connect(server.port, "127.0.0.1");
  const begun = performance.now();
  open.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (!open.delete(socket)) return;
    closedBy[kind] = Math.max(closedBy[kind], (performance.now() - begun) / 1000);
  });
  let rest = head("POST /api/v2/customer", form);
  if (kind === "body") rest += "Content-Length: 10000\r\n\r\nfirstname=";
  if (kind === "read") {
    // More than the sockets' own buffers hold. A client that does not read does not see the end: the server's count
    // shows it.
    open.delete(socket);
    silent.push(socket);
    socket.write(`${head("GET /docs/api")}\r\n`.repeat(16));
    return;
  }
  socket.resume();
  if (kind === "body") {
    socket.write(rest);
    rest = "x".repeat(10_000);
  }
  let at = 0;
  const drip = setInterval(
    () => void (socket.writable && socket.write(rest[at++ % rest.length])),
    500 + below(1000),
  );
  socket.on("close", () => clearInterval(drip));
}

const honest = { before: [], during: [], fail: 0 };
async function work(times, load) {
  for (let n = 0; load.on; n += 1) {
    const begun = performance.now();
    const body = `brand_id=1&primary_id=P-${below(500)}&firstname=Ada`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const asked =
      n % 2 === 0
        ? call(`${server.url}/api/v2/customer`, { method: "POST", headers, body })
        : call(`${server.url}/api/v2/customer?itemLimit=5`, { own: n % 5 === 0 });
    const { status } = await asked.catch(() => ({ status: 0 }));
    if (status !== 200) honest.fail += 1;
    times.push(performance.now() - begun);
    await wait(10);
  }
}

async function during(times, until) {
  const load = { on: true };
  const working = Array.from({ length: 4 }, () => work(times, load));
  await until();
  load.on = false;
  await Promise.all(working);
}

await during([], () => wait(2000)); // warm-up
await during(honest.before, () => wait(4000));
const rssBefore = await series(server.url, "process_resident_memory_bytes");
let rssMost = rssBefore;
await during(honest.during, async () => {
  const kinds = ["headers", "body", "read"];
  for (let n = 0; n < slow; n += 1) startSlow(kinds[n % 3]);
  const begun = performance.now();
  let dropped = 0;
  for (; (open.size > 0 || dropped < silent.length) && performance.now() < begun + 60_000; await wait(1000)) {
    rssMost = Math.max(rssMost, await series(server.url, "process_resident_memory_bytes"));
    dropped = await series(server.url, 'dossier_http_connections_closed_total{reason="stalled"}');
    if (dropped >= silent.length && closedBy.read === 0) closedBy.read = (performance.now() - begun) / 1000;
  }
});
for (const socket of [...open, ...silent]) socket.destroy();
const [p99Before, p99] = [quantile(honest.before, 0.99), quantile(honest.during, 0.99)];
const rssDelta = Math.round((rssMost - rssBefore) / 1e6);
check(
  `slow headers gone in 12 s (${closedBy.headers.toFixed(1)})`,
  closedBy.headers > 0 && closedBy.headers <= 12,
);
check(`slow bodies gone in 32 s (${closedBy.body.toFixed(1)})`, closedBy.body > 0 && closedBy.body <= 32);
check(`slow readers gone in 35 s (${closedBy.read.toFixed(1)})`, closedBy.read > 0 && closedBy.read <= 35);
check(`no honest call failed (${honest.fail})`, honest.fail === 0);
check(
  `p99 at most doubled, or under 100 ms (${Math.round(p99Before)} -> ${Math.round(p99)})`,
  p99 < Math.max(100, 2 * p99Before),
);
check(`memory up at most 100 MB (${rssDelta})`, rssDelta <= 100);

// Cut at every byte --------------------------------------------------------------------------------------------------

const body = "brand_id=1&primary_id=cut-off&firstname=Ada";
const whole = `${head("POST /api/v2/customer", form)}Content-Length: ${body.length}\r\n\r\n${body}`;
for (let cut = 1; cut < whole.length; cut += 1) {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  await once(socket, "connect");
  socket.write(whole.slice(0, cut));
  if (below(2) === 0) socket.end();
  else socket.resetAndDestroy();
  if (!socket.closed) await once(socket, "close");
}
const search = await call(`${server.url}/api/v2/customer/SearchByPrimaryExternalID`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"primary_id":"cut-off"}',
});
check("no cut request took effect", JSON.parse(search.text).itemTotal === 0);

// Two responses for one request --------------------------------------------------------------------------------------

const inner = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
const put = "PUT /api/v2/customer";
const framings = [
  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
  "Transfer-Encoding\r\n : chunked\r\n\r\n0\r\n\r\n",
  "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b",
  "Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b",
  "Content-Length: 3, 3\r\n\r\na=b",
  "Content-Length: +3\r\n\r\na=b",
  "Content-Length: 0x3\r\n\r\na=b",
  "Content-Length: -1\r\n\r\n",
  "Transfer-Encoding: chunked\r\n\r\n0\n\n",
  "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
  "Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\n",
  "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\na",
  "Transfer-Encoding: chunked\r\n\r\n1;a=b\nx\r\n0\r\n\r\n",
  "Host: y\r\n\r\n",
  "\0: y\r\n\r\n",
];
let smuggled = 0;
for (const framing of framings) {
  const got = statuses(await send(head(put, form + framing) + inner, 3000));
  if (got.length !== 1 || got[0] < 400) {
    smuggled += 1;
    console.log(`smuggled: ${JSON.stringify(framing)} ${got.join()}`);
  }
}
const old = await send(`POST /livez HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`, 3000);
if (statuses(old).length > 1) smuggled += 1;
check(`never two answers for one request (${smuggled} of ${framings.length + 1})`, smuggled === 0);
const garbage = statuses(await send(`${head("GET /api/v2/brand")}\r\n`.repeat(5) + "GARBAGE\r\n\r\n"));
check(
  `garbage is refused behind the answers before it (${garbage.join()})`,
  garbage.join() === "200,200,200,200,200,400",
);
const pipeline = async (count) =>
  statuses(
    await send(
      `${head("GET /livez")}\r\n`.repeat(count - 1) + `${head("GET /livez")}Connection: close\r\n\r\n`,
    ),
  );
const piped = await pipeline(256);
check(
  `256 pipelined requests are answered (${piped.length})`,
  piped.length === 256 && piped.every((one) => one === 200),
);
const flood = await pipeline(10_000);
check(
  `a connection with 10,000 pipelined requests is closed (${flood.length} answered)`,
  flood.length <= 256 && flood.every((one) => one === 200),
);

// Limits, exceeded by one --------------------------------------------------------------------------------------------

const close = "Connection: close\r\n";
for (const [what, bytes, wanted] of [
  ["headers over 16 KiB", `${head("GET /livez", close)}A: ${"x".repeat(16_384)}\r\n\r\n`, 431],
  ["10,000 header lines", `${head("GET /livez", close)}${"A: b\r\n".repeat(10_000)}\r\n`, 431],
  ["101 header lines", `${head("GET /livez", close)}${"A: b\r\n".repeat(98)}\r\n`, 431],
  ["a body said to be of 1 GB", `${head(put, close)}${form}Content-Length: 1000000000\r\n\r\n`, 413],
  [
    "a compressed body",
    `${head(put, close)}${form}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`,
    415,
  ],
  [
    "chunk extensions of 30 KB",
    `${head(put, close)}Transfer-Encoding: chunked\r\n\r\n1;${"a=b;".repeat(7500)}\r\n`,
    400,
  ],
  ["Expect: pizza", `${head("GET /livez", close)}Expect: pizza\r\n\r\n`, 417],
  ["CONNECT", `${head("CONNECT example.org:443", close)}\r\n`, 405],
  ["TRACE", `${head("TRACE /livez", close)}\r\n`, 405],
  ["Range", `${head("GET /livez", close)}Range: bytes=0-1\r\n\r\n`, 200],
  ["line feeds alone", "GET /livez HTTP/1.1\nHost: x\n\n", 400],
  ["no Host", `GET /livez HTTP/1.1\r\n${close}\r\n`, 400],
]) {
  const got = await send(bytes);
  const isOurs = wanted === 200 || got.includes('"type":"error"');
  check(`${what}: ${wanted} (${statuses(got).join()})`, statuses(got).join() === String(wanted) && isOurs);
}

endClient();
await server.stop();
const factor = (p99 / Math.max(p99Before, 0.001)).toFixed(1);
conclude(
  `http-abuse slow=${slow} closed_headers_s=${closedBy.headers.toFixed(1)} closed_bodies_s=${closedBy.body.toFixed(1)} closed_readers_s=${closedBy.read.toFixed(1)} honest=${honest.during.length} honest_fail=${honest.fail} p99_ms=${Math.round(p99)} p99_factor=${factor} smuggled=${smuggled} cuts=${whole.length - 1} rss_delta_mb=${rssDelta} seed=${seed}`,
);
