// Stops under load: `node proof/stops.mjs [stops of each kind, default 20] [writers, default 64]`. While writers create
// customers, `npm start` in a pseudo-terminal gets Ctrl-C, or its process group SIGTERM as from systemd. A request that
// got no answer must not have been accepted (its customer is looked for after the next start), every acknowledged one
// must be there, every refusal has the API's format, the exit code is 0, and PostgreSQL's log has no recovery. Loopback
// only; terminates. The terminal is that of `script` (Debian's bsdutils).
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { check, conclude, key } from "./server.mjs";
import { ask } from "./support/steady-clients.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const stops = Number(process.argv[2] ?? 20);
const writerCount = Number(process.argv[3] ?? 64);
const folder = mkdtempSync(join(tmpdir(), "dossier-stops-"));
const dataDir = join(folder, "data");

/** Starts `npm start`; `stop` sends the signal, `ended` is the exit code. */
async function start(kind) {
  const { DATABASE_URL: _url, ...env } = process.env;
  const settings = { PORT: "0", NO_COLOR: "1", DOSSIER_DATA_DIR: dataDir, DOSSIER_ADMIN_KEY: key };
  const options = { cwd: root, env: { ...env, DOSSIER_RATE_LIMIT: "0", ...settings }, detached: true };
  const child =
    kind === "Ctrl-C"
      ? spawn(
          "script",
          ["--quiet", "--return", "--flush", "--command", "exec npm start", "/dev/null"],
          options,
        )
      : spawn("npm", ["start"], options);
  const { pid } = child;
  if (pid === undefined) throw new Error("npm or script cannot be started");
  let shown = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (shown += part));
  const ended = new Promise((done) => child.once("exit", (code, signal) => done(code ?? signal)));
  let url;
  for (const end = Date.now() + 60_000; url === undefined && Date.now() < end; await wait(20))
    url = /API +(http:\S+)\/api\/v2/.exec(shown)?.[1];
  if (url === undefined) throw new Error(`the server did not start: ${shown}`);
  const stop = () => (kind === "Ctrl-C" ? child.stdin.write("\u0003") : void process.kill(-pid, "SIGTERM"));
  return { url, ended, stop, shown: () => shown };
}

const totals = { acknowledged: 0, refused: 0, unanswered: 0, foreign: 0 };

/** Creates customers until a request is refused or gets no answer. */
async function write(url, name, seen) {
  for (let n = 0; ; n += 1) {
    const primaryId = `${name}-${n}`;
    const body = JSON.stringify({ brandID: 1, primaryID: primaryId });
    const answer = await ask({ url: `${url}/api/v2/customer/createCustomerCRUD`, key, agent: false, body });
    if (answer.kind === "refused") return; // the port is closed: nothing was sent
    if (answer.kind !== "answered") return void seen.unanswered.push(primaryId);
    if (answer.status === 200) seen.acknowledged.push(primaryId);
    else if (answer.status === 503 && answer.text.includes('"unavailable"')) totals.refused += 1;
    else totals.foreign += 1;
    if (answer.status !== 200) return;
  }
}

async function isStored(url, primaryId) {
  const path = `/api/v2/customer/SearchByPrimaryExternalID?primary_id=${primaryId}`;
  const { text } = await ask({ url: url + path, key, agent: false, body: "{}" });
  return JSON.parse(text).itemTotal > 0;
}

/** How many of these ids have a customer, sixteen at a time. */
async function countStored(url, ids) {
  let stored = 0;
  for (let at = 0; at < ids.length; at += 16) {
    const found = await Promise.all(ids.slice(at, at + 16).map((id) => isStored(url, id)));
    stored += found.filter(Boolean).length;
  }
  return stored;
}

let [acceptedUnanswered, lost, wrongEnds] = [0, 0, 0];

/** What the last stop left: unanswered requests that were accepted, acknowledged ones that are lost. */
async function compare(url, seen) {
  acceptedUnanswered += await countStored(url, seen.unanswered);
  const last = seen.acknowledged.slice(-200); // those that the stop was near to
  lost += last.length - (await countStored(url, last));
  totals.acknowledged += seen.acknowledged.length;
  totals.unanswered += seen.unanswered.length;
}

try {
  let seen = { acknowledged: [], unanswered: [] };
  for (let n = 0; n < 2 * stops; n += 1) {
    const server = await start(n % 2 === 0 ? "Ctrl-C" : "SIGTERM");
    await compare(server.url, seen);
    seen = { acknowledged: [], unanswered: [] };
    const writers = Array.from({ length: writerCount }, (_, w) => write(server.url, `s${n}w${w}`, seen));
    await wait(300 + ((n * 137) % 700));
    server.stop();
    await Promise.all(writers);
    const code = await server.ended;
    if (code !== 0 || !server.shown().includes("stopped")) wrongEnds += 1;
  }
  const last = await start("SIGTERM");
  await compare(last.url, seen);
  last.stop();
  if ((await last.ended) !== 0) wrongEnds += 1;
  const recoveries = readFileSync(join(dataDir, "postgres.log"), "utf8").match(
    /not properly shut down|was interrupted/g,
  );
  check("a request without an answer was not accepted", acceptedUnanswered === 0);
  check("no acknowledged request is lost", lost === 0);
  check("every refusal has the API's format", totals.foreign === 0);
  check("every stop ends with 0 and says so", wrongEnds === 0);
  check("no start recovers the database", recoveries === null);
  conclude(
    `stops node=${process.version} each=${stops} writers=${writerCount} acknowledged=${totals.acknowledged} refused=${totals.refused} unanswered=${totals.unanswered} accepted_unanswered=${acceptedUnanswered} lost=${lost} foreign=${totals.foreign} wrong_ends=${wrongEnds} recoveries=${recoveries?.length ?? 0}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
