// Soak: `node proof/soak.mjs [minutes, default 20]`. Eight connections read, search and write without a pause; memory,
// descriptors and the delay of the event loop are sampled every five seconds. After a warm-up of a fifth of the time
// memory may grow by 1 MB in ten minutes, descriptors by five. Loopback only; terminates.
import { readdirSync } from "node:fs";
import { requestText, runClients } from "./support/clients.mjs";
import { seedBrand, startServer } from "./support/server.mjs";

const minutes = Number(process.argv[2] ?? 20);
const server = await startServer();
const brand = await seedBrand(server, "soak", 2000);
const requests = [
  ...["anna adler", "bert", "gruber", "keler"].map((words) => ({
    kind: "search",
    weight: 1,
    ...requestText("GET", `/api/v2/customer?query=${encodeURIComponent(words)}`, brand.key),
  })),
  ...brand.ids.slice(0, 50).map((id) => ({
    kind: "read",
    weight: 0.2,
    ...requestText("GET", `/api/v2/customer/${id}`, brand.key),
  })),
  ...brand.ids.slice(50, 100).map((id) => ({
    kind: "change",
    weight: 0.05,
    ...requestText("PUT", `/api/v2/customer/${id}`, brand.key, { lastname: "Changed" }),
  })),
];

const samples = [];
const timer = setInterval(() => {
  const descriptors = readdirSync(`/proc/${server.pid}/fd`).length;
  samples.push({ at: performance.now() / 60_000, rss: server.rss(), descriptors });
}, 5000);
const seen = await runClients({ port: server.port, count: 8, seconds: 60 * minutes, requests, polite: true });
clearInterval(timer);
await server.stop();

const steady = samples.slice(Math.ceil(samples.length / 5));
const mean = (pick) => steady.reduce((sum, one) => sum + pick(one), 0) / steady.length;
const [at, rss] = [mean((one) => one.at), mean((one) => one.rss)];
const slope =
  steady.reduce((sum, one) => sum + (one.at - at) * (one.rss - rss), 0) /
  steady.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
const descriptors = steady.at(-1).descriptors - steady[0].descriptors;
const bars = [
  slope * 10 <= 1,
  Math.abs(descriptors) <= 5,
  Object.keys(seen.other).length === 0,
  seen.errors === 0,
];
console.log(
  `soak min=${minutes} answered=${seen.ok.count} p99_ms=${seen.ok.p99} rss_mb=${rss.toFixed(0)} rss_slope_mb_10min=${(slope * 10).toFixed(2)} fd_delta=${descriptors} other=${JSON.stringify(seen.other)}`,
);
const failed = bars.filter((held) => !held).length;
console.log(`${bars.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
