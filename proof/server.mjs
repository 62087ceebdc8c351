// Shared by the proof programs: a server of their own in a folder of its own, an honest client, seeded random numbers,
// the last line.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const key = "proof-administrator-key-0123456789";

/** Starts `npm start` with additional settings; `ended` is its exit code, `stop` ends it and removes its folder. */
export async function startServer(more = {}, args = []) {
  const folder = mkdtempSync(join(tmpdir(), "dossier-proof-"));
  const { DATABASE_URL: _url, ...env } = process.env;
  const own = { PORT: "0", DOSSIER_ADMIN_KEY: key, DOSSIER_RATE_LIMIT: "0", LOG_LEVEL: "fatal" };
  const child = spawn(process.execPath, [join(root, "scripts/start.mjs"), ...args], {
    env: { ...env, ...own, DOSSIER_DATA_DIR: join(folder, "data"), ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = await new Promise((found) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const match = /API\s+(http:\S+)\/api\/v2/.exec(text);
      if (match) found(match[1]);
    });
    child.on("exit", () => found(undefined));
  });
  if (url === undefined) {
    await stop();
    throw new Error("the server did not start");
  }
  return { url, port: Number(new URL(url).port), pid: child.pid, ended: gone, stop };
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
export const endClient = () => agent.destroy();

/** One honest call; `own` uses a connection of its own, and without `keyed` the caller sends the key. */
export function call(url, { method = "GET", headers = {}, body, own = false, keyed = true } = {}) {
  return new Promise((done, fail) => {
    const all = keyed ? { apiKey: key, ...headers } : headers;
    const sent = request(url, { method, headers: all, agent: own ? false : agent });
    sent.setTimeout(60_000, () => sent.destroy(new Error("no answer")));
    sent.on("error", fail);
    sent.on("response", (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("error", fail);
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.end(body);
  });
}

/** The value of a series: all labels together, or those named after it. */
export async function series(url, name) {
  const { text } = await call(`${url}/metrics`);
  return text
    .split("\n")
    .filter((line) => line.startsWith(name) && " {".includes(line[name.length]))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** Whole numbers below a limit, the same for the same seed. */
export function chance(seed) {
  let random = seed;
  return (limit) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return (random >>> 8) % limit;
  };
}

export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const checks = { passed: 0, failed: 0 };

/** Counts one criterion, and prints it if it failed. */
export function check(what, is) {
  checks[is ? "passed" : "failed"] += 1;
  if (!is) console.log(`missed: ${what}`);
}

/** Prints the closing lines. */
export function conclude(line) {
  console.log(line);
  console.log(`${checks.passed} passed, ${checks.failed} failed`);
  process.exitCode = checks.failed === 0 ? 0 : 1;
}
