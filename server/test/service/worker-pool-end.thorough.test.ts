// Start and end of a cluster: an impossible start, the end of the primary, SIGTERM under load.
import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { emptyFolder, plainEnvironment, run } from "../support/run-cli.ts";
import { poll } from "../support/embedded/harness.ts";
import { adminKey, getOnce, isAlive, serve } from "../support/servers/server-process.ts";

const secret = "ab".repeat(32);

async function settings(more: Record<string, string> = {}) {
  const { url } = await createTestDatabase();
  return { DATABASE_URL: url, DOSSIER_SECRET: secret, ...more };
}

test("workers that cannot start end the start with the reason, and a number that cannot be is refused", async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  const { port } = taken.address() as { port: number };
  const env = await settings({ PORT: String(port) });
  const refused = await run(["serve", "--workers", "2"], { env });
  await new Promise((done) => taken.close(done));
  expect(refused).toMatchObject({ code: 1, stdout: expect.not.stringContaining("is ready") });
  expect(refused.stderr).toContain("The port is in use already.");
  for (const number of ["0", "65", "two"])
    expect(await run(["serve", "--workers", number], { env })).toMatchObject({ code: 2 });
  const setting = await run(["serve"], { env: { ...env, DOSSIER_WORKERS: "65" } });
  expect(setting).toMatchObject({ code: 1 });
  expect(setting.stderr).toContain("DOSSIER_WORKERS must be a whole number from 1 to 64");
  const many = await run(["serve"], { env: { ...env, DOSSIER_WORKERS: "64" } });
  expect(many).toMatchObject({ code: 1 });
  expect(many.stderr).toMatch(/The database has room for \d+ workers, not for 64/);
});

test("nobody becomes a worker by typing it", async () => {
  expect(await run(["worker"])).toMatchObject({ code: 2 });
  expect((await run(["--help"])).stdout).not.toMatch(/^\s+worker\b/m);
  expect(Object.keys(plainEnvironment())).not.toContain("NODE_UNIQUE_ID");
});

test("requests in progress at SIGTERM are answered", async () => {
  const served = await serve([], emptyFolder(), await settings({ DOSSIER_WORKERS: "2" }));
  const head = `POST /api/v2/brand HTTP/1.1\r\nHost: x\r\napiKey: ${adminKey}\r\nContent-Type: application/json\r\n`;
  const underWay = Array.from({ length: 6 }, () => {
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
    let heard = "";
    socket.on("data", (part: Buffer) => (heard += part.toString()));
    socket.write(`${head}Expect: 100-continue\r\nContent-Length: 16\r\n\r\n`);
    return { socket, heard: () => heard };
  });
  await poll(() => underWay.every(({ heard }) => heard().includes("100 Continue")));
  served.signal("SIGTERM", true); // to the whole group, as some supervisors do: the workers leave it to the primary
  await poll(() => served.log.some((line) => line.msg === "stopping"));
  for (const [n, { socket }] of underWay.entries()) socket.write(`{"name":"B ${n}xx"}`);
  expect(await served.ended).toBe(0);
  for (const { heard, socket } of underWay) {
    expect(heard()).toMatch(/HTTP\/1\.1 200 OK[^]*"created"/);
    socket.destroy();
  }
  expect(served.pids().size).toBe(2);
  expect([...served.pids()].filter(isAlive)).toEqual([]);
});

test("workers whose first process was killed end by themselves", async () => {
  const served = await serve(["--workers", "2"], emptyFolder(), await settings());
  const { url } = served;
  await poll(async () => {
    await getOnce(`${url}/api/v2/brand`, { apiKey: adminKey });
    return served.pids().size === 2;
  });
  served.signal("SIGKILL");
  await poll(() => [...served.pids()].every((pid) => !isAlive(pid)));
});
