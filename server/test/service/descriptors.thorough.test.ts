// A server with few file descriptors, as a process of its own: idle connections take none that it needs, honest calls
// succeed, and its log reports when none are left.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { emptyFolder } from "../support/run-cli.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/embedded/harness.ts";
import { getMany, type ServeProcess, serve } from "../support/servers/server-process.ts";

const sockets: Socket[] = [];
afterAll(() => sockets.forEach((socket) => void socket.destroy()));

async function openIdle(count: number, { url }: ServeProcess): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => undefined).resume();
    sockets.push(socket);
    await once(socket, "connect");
  }
}

async function serveWith(files: number, env: Record<string, string>): Promise<ServeProcess> {
  const { url } = await createTestDatabase();
  const more = { DATABASE_URL: url, DOSSIER_SECRET: "7".repeat(64), ...env };
  return serve([], emptyFolder(), more, files);
}

test("with 256 descriptors, 600 idle connections keep none of 101 honest calls out, and it is told once", async () => {
  const served = await serveWith(256, {});
  await openIdle(600, served);
  const answers = await getMany(101, `${served.url}/api/v2/brand`);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(101);
  const warned = () => served.log.filter(({ msg }) => msg.includes("connections were closed"));
  await poll(() => (warned().length > 0 ? true : undefined));
  await openIdle(50, served);
  await getMany(10, `${served.url}/livez`);
  expect(warned()).toHaveLength(1);
  expect(await served.stop()).toBe(0);
});

test("when no descriptors are left the log says so, and idle connections make room", async () => {
  const served = await serveWith(128, { DOSSIER_MAX_CONNECTIONS: "0" });
  const before = sockets.length;
  await openIdle(200, served);
  await poll(() =>
    served.log.some(({ msg }) => msg.includes("no file descriptors left")) ? true : undefined,
  );
  await poll(() => (sockets.slice(before).some((socket) => socket.destroyed) ? true : undefined));
  const answers = await getMany(20, `${served.url}/api/v2/brand`);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await served.stop()).toBe(0);
});
