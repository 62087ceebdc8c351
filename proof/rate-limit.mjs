// Rate limits: `node proof/rate-limit.mjs [requests a minute, default 600] [seed]`. Sends a burst of twice the limit by
// one key, to one process and to two workers: as many may pass as the limit says, within 1 % and 5 %; the headers must
// agree with the outcomes; no other place for the key, spelling of the path, forwarded address or pipeline admits more;
// a rejection costs less than 1 ms of CPU. Loopback only; terminates.
import { randomInt } from "node:crypto";
import { connect } from "node:net";
import { call, chance, check, conclude, endClient, series, startServer } from "./server.mjs";

const limit = Number(process.argv[2] ?? 600);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const below = chance(seed);

async function newKey(url) {
  const made = await call(`${url}/api/v2/apikey`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"name":"proof","permissions":["CUSTOMER_READ"]}',
  });
  return JSON.parse(made.text).key;
}

/** The ways to send a key. */
const places = [
  (own) => ({ headers: { apiKey: own } }),
  (own) => ({ headers: { APIKEY: own } }),
  (own) => ({ headers: { authorization: `Bearer ${own}` } }),
  (own) => ({ headers: { authorization: `ApiKey ${own}` } }),
  (own) => ({ headers: {}, query: `?apiKey=${own}` }),
  (own) => ({ headers: {}, query: `?APIkey=${own}` }),
  (own, n) => ({
    headers: { apiKey: own, "x-forwarded-for": `10.0.${n % 256}.7`, forwarded: `for=10.1.0.${n % 256}` },
  }),
];
const paths = ["/api/v2/customer", "/API/V2/Customer", "/api/v2/customer/", "/api/v2/cust%6Fmer"];

function ask(url, own, n) {
  const { headers, query = "" } = places[below(places.length)](own, n);
  return call(url + paths[below(paths.length)] + query, { headers, own: n % 7 === 0, keyed: false });
}

let mismatches = 0;
async function burst(url) {
  const own = await newKey(url);
  const answers = [];
  const lanes = Array.from({ length: 16 }, async (_, lane) => {
    for (let n = lane; n < 2 * limit; n += 16) answers.push(await ask(url, own, n));
  });
  await Promise.all(lanes);
  const passed = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  const left = passed.map(({ headers }) => Number(headers["ratelimit-remaining"])).sort((a, b) => b - a);
  left.forEach((one, at) => (mismatches += one === limit - 1 - at ? 0 : 1)); // each number once, down to 0
  for (const { headers } of refused) {
    const reset = Number(headers["ratelimit-reset"]);
    if (headers["retry-after"] !== String(Math.max(1, reset)) || reset > 60) mismatches += 1;
    if (headers["ratelimit-remaining"] !== "0" || headers["ratelimit-limit"] !== String(limit))
      mismatches += 1;
  }
  if (passed.length + refused.length !== answers.length) mismatches += 1;
  return { own, error: (100 * Math.abs(passed.length - limit)) / limit };
}

const settings = { DOSSIER_RATE_LIMIT: String(limit) };
const one = await startServer(settings);
const alone = await burst(one.url);
check(`within 1 % on one process (${alone.error})`, alone.error <= 1);

let bypasses = 0;
for (let n = 0; n < 200; n += 1) if ((await ask(one.url, alone.own, n)).status !== 429) bypasses += 1;
const line = (more = "") => `GET /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: ${alone.own}\r\n${more}\r\n`;
const piped = await new Promise((done) => {
  let got = "";
  const socket = connect(one.port, "127.0.0.1", () =>
    socket.write(line().repeat(499) + line("Connection: close\r\n")),
  );
  socket.on("data", (part) => (got += part));
  socket.on("close", () => done(got.match(/HTTP\/1\.1 \d{3}/g) ?? []));
});
bypasses += piped.filter((status) => status !== "HTTP/1.1 429").length;
check(`no way around it (${bypasses})`, bypasses === 0 && piped.length === 500);

const cpuOf = () => series(one.url, "process_cpu_seconds_total");
const before = await cpuOf();
for (let n = 0; n < 2000; n += 1) await ask(one.url, alone.own, 1);
const cpu = (1000 * ((await cpuOf()) - before)) / 2000;
check(`a refusal costs less than 1 ms of CPU (${cpu.toFixed(2)})`, cpu < 1);
await one.stop();

const two = await startServer(settings, ["--workers", "2"]);
const together = await burst(two.url);
check(`within 5 % over two workers (${together.error})`, together.error <= 5);
check(`headers agree with what happens (${mismatches})`, mismatches === 0);
endClient();
await two.stop();
conclude(
  `ratelimit limit=${limit} error_pct=${alone.error} error_two_pct=${together.error} bypasses=${bypasses} header_mismatch=${mismatches} cpu_429_ms=${cpu.toFixed(2)} seed=${seed}`,
);
