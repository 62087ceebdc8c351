// Kills of workers: no request hangs, whatever its worker was doing. `node proof/worker-kills.mjs` does it for longer.
import { execFileSync } from "node:child_process";
import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/embedded/harness.ts";
import { emptyFolder } from "../support/run-cli.ts";
import { adminKey, type ServeProcess, serve } from "../support/servers/server-process.ts";

const secret = "ab".repeat(32);
/** A request without an end for so long hangs. A slow machine answers sooner, and a connection that is lost never ends. */
const hungAfterMs = 30_000;

async function serveWorkers(count: number) {
  const { url } = await createTestDatabase();
  const env = {
    DATABASE_URL: url,
    DOSSIER_SECRET: secret,
    DOSSIER_RATE_LIMIT: "0",
    DOSSIER_WORKERS: String(count),
  };
  return serve([], emptyFolder(), env);
}

/** The living workers, oldest first. */
function workersOf({ pid }: ServeProcess): number[] {
  const text = execFileSync("ps", ["-o", "pid=,stat=,args=", "--ppid", String(pid)], { encoding: "utf8" });
  const lines = text
    .split("\n")
    .filter((line) => line.trimEnd().endsWith(" worker") && !/^\s*\d+ Z/.test(line));
  return lines.map((line) => Number.parseInt(line, 10)).sort((a, b) => a - b);
}

const replacements = ({ log }: ServeProcess) =>
  log.filter(({ msg }) => msg === "replacement worker is ready").length;

/** Sends a request over a connection of its own; tells whether it was answered, closed, refused, or hangs. */
function ask(url: string): Promise<"answered" | "closed" | "refused" | "hung"> {
  return new Promise((done) => {
    const request = get(url, { agent: false, headers: { apiKey: adminKey } }, (answer) => {
      answer.on("error", () => done("closed"));
      answer.resume().on("end", () => done("answered"));
    });
    request.setTimeout(hungAfterMs, () => {
      done("hung");
      request.destroy();
    });
    request.on("error", ({ code }: NodeJS.ErrnoException) =>
      done(code === "ECONNREFUSED" ? "refused" : "closed"),
    );
  });
}

test("a connection on its way to the one listening worker does not hang when that is killed", async () => {
  const served = await serveWorkers(2);
  const [first = 0, last = 0] = workersOf(served);
  process.kill(first, "SIGKILL");
  await poll(() => workersOf(served).some((pid) => pid !== first && pid !== last)); // it starts, and listens later
  process.kill(last, "SIGSTOP"); // so that the connection is sent to it and not taken
  const asked = Array.from({ length: 3 }, () => ask(`${served.url}/api/v2/brand`));
  await wait(100);
  process.kill(last, "SIGKILL");
  expect(await Promise.all(asked)).toEqual(["closed", "closed", "closed"]);
});

test("of ten kills under load, also of a stopped worker and of two at once, none leaves a request hanging", async () => {
  const served = await serveWorkers(3);
  const outcomes = { answered: 0, closed: 0, refused: 0, hung: 0 };
  const stopped = new AbortController();
  const clients = Array.from({ length: 16 }, async () => {
    while (!stopped.signal.aborted) {
      outcomes[await ask(`${served.url}/api/v2/brand`)] += 1;
      await wait(20);
    }
  });
  let killed = 0;
  while (killed < 10) {
    await wait(100);
    const [first = 0, second = 0] = workersOf(served);
    if (killed % 5 === 1) process.kill(second, "SIGSTOP");
    process.kill(first, "SIGKILL");
    killed += 1;
    if (killed % 5 === 2) {
      process.kill(second, "SIGKILL");
      killed += 1;
    }
    await poll(() => replacements(served) === killed);
  }
  stopped.abort();
  await Promise.all(clients);
  expect(outcomes).toMatchObject({ refused: 0, hung: 0 });
  expect(outcomes.answered).toBeGreaterThan(50);
});

test("a worker that is killed while it receives a request or sends a response closes its connections", async () => {
  const served = await serveWorkers(2);
  const { port } = new URL(served.url);
  const head = `POST /api/v2/brand HTTP/1.1\r\nHost: x\r\napiKey: ${adminKey}\r\nContent-Type: application/json\r\n`;
  const halves = Array.from({ length: 8 }, (_, n) => {
    const socket = connect(Number(port), "127.0.0.1");
    let heard = "";
    const closed = new Promise((done) => socket.once("close", done));
    socket.on("error", () => undefined);
    if (n % 2 === 0) socket.write(`${head}Expect: 100-continue\r\nContent-Length: 16\r\n\r\n{"name"`);
    else socket.write(`GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(50)); // its responses are not read yet
    if (n % 2 === 0) socket.on("data", (part: Buffer) => (heard += part.toString()));
    return { socket, closed, heard: () => heard };
  });
  await poll(() => halves.every(({ heard }, n) => n % 2 === 1 || heard().includes("100 Continue")));
  for (const pid of workersOf(served)) process.kill(pid, "SIGKILL");
  for (const { socket } of halves) socket.resume();
  const hung = wait(hungAfterMs, "hung", { ref: false });
  expect(await Promise.race([hung, Promise.all(halves.map(({ closed }) => closed))])).not.toBe("hung");
});
