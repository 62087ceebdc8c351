// A reachable database that accepts no writes: /readyz reports it, reads work, and the service recovers without a
// restart. The full disk is a small file system in memory, which needs root on Linux; elsewhere that test reports that
// it is skipped.
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { poll } from "../support/embedded/harness.ts";
import { withSql } from "../support/table-fingerprint.ts";
import { uniqueName } from "../support/requests.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A file system of so many megabytes, removed after the test file. */
function mountSmall(megabytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "dossier-small-"));
  const { status } = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `size=${megabytes}m,mode=755`,
    "tmpfs",
    folder,
  ]);
  afterAll(() => {
    if (status === 0) execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : undefined;
}

const small = process.platform === "linux" && process.getuid?.() === 0 ? mountSmall(192) : undefined;
if (!small) console.log("skipped: the test of a full disk, which needs root and Linux");

/** A Dossier on the embedded database, in a folder of its own on the small disk. */
async function startSmall(name: string): Promise<TestServer | undefined> {
  if (!small) return undefined;
  mkdirSync(join(small, name), { mode: 0o700 });
  return startTestServer({ databaseUrl: undefined, dataDir: join(small, name) });
}

const given = await startTestServer();
const [busy, quiet] = [await startSmall("busy"), await startSmall("quiet")];

const readyz = async ({ url }: TestServer) => {
  const answer = await fetch(`${url}/readyz`);
  return { ...((await answer.json()) as { reason?: string }), status: answer.status };
};
const messageOf = ({ body }: { body: unknown }) => (body as { message: string }).message;

const create = (world: TestServer, brandId: number) =>
  world.raw("POST", "/customer", { json: { brand_id: brandId, primary_id: uniqueName(), firstname: "Ada" } });

test("a database that is set to read only is not ready, is read, and is ready when it takes writes again", async () => {
  const world = given;
  const brandId = await world.newBrand();
  const setting = (to: string) =>
    withSql(world, async (client) => {
      const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
      await client.query("SET default_transaction_read_only = off");
      await client.query(`ALTER DATABASE ${rows[0]?.name} ${to}`);
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
    });
  expect(await readyz(world)).toMatchObject({ status: 200 });
  await setting("SET default_transaction_read_only = on");
  await poll(
    async () => (await readyz(world)).status === 503 && (await create(world, brandId)).status === 503,
  );
  await poll(async () => (await readyz(world)).reason?.includes("takes no writes"));
  const refused = await create(world, brandId);
  expect(refused.body).toMatchObject({ code: "unavailable" });
  expect(messageOf(refused)).toContain("it is a standby, or set to read only");
  expect((await world.raw("GET", `/brand/${brandId}`)).status).toBe(200);
  await setting("RESET default_transaction_read_only");
  await poll(async () => (await readyz(world)).status === 200);
  await poll(async () => (await create(world, brandId)).status === 200);
});

test.skipIf(!small)(
  "on a full disk the server is not ready and says why, and is ready when there is room",
  async () => {
    const world = busy!;
    const brandId = await world.newBrand();
    expect(await readyz(world)).toMatchObject({ status: 200 });
    const filler = join(small ?? "", "filler");
    fillUp(filler);
    await poll(async () => (await create(world, brandId)).status === 503);
    const refused = await create(world, brandId);
    expect(messageOf(refused)).toMatch(/^The database's disk is full\./);
    expect(messageOf(refused)).not.toContain("reached");
    expect(await readyz(world)).toMatchObject({ status: 503, reason: "The database's disk is full" });
    expect(await readyz(world)).toMatchObject({ status: 503, reason: "The database's disk is full" });
    expect((await world.raw("GET", `/brand/${brandId}`)).status).toBe(200);
    rmSync(filler);
    await poll(async () => (await readyz(world)).status === 200);
    await poll(async () => (await create(world, brandId)).status === 200);
    expect(await readyz(world)).toMatchObject({ status: 200 });
  },
);

test.skipIf(!small)("a full disk is found though nobody writes", async () => {
  const world = quiet!;
  const filler = join(small ?? "", "filler");
  fillUp(filler);
  await poll(async () => (await readyz(world)).reason === "The database's disk is full");
  rmSync(filler);
  await poll(async () => (await readyz(world)).status === 200);
});

/** Writes until there is no space for a single page. */
function fillUp(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const block of [Buffer.alloc(2 ** 20), Buffer.alloc(4096)])
      for (let isFull = false; !isFull; ) isFull = !tryToWrite(file, block);
  } finally {
    closeSync(file);
  }
}

function tryToWrite(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    return false;
  }
}
