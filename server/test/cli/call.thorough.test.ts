// Every endpoint from the terminal, with every option of a call.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fieldsOf } from "@dossier/api";
import { expect, test } from "vitest";
import { optionName } from "../../src/cli/fields.ts";
import { forEachConcurrent, emptyFolder, run, runJson } from "../support/run-cli.ts";
import {
  type Call,
  calls,
  uniqueName,
  idIn,
  startFixtureServer,
  rowOf,
  type Fixture,
  table,
} from "../support/requests.ts";
import { disableCrm } from "../support/fixtures.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const env = { DOSSIER_URL: world.url, DOSSIER_KEY: world.adminKey };
const brand = ["--brand-id", String(scene.brandId)];

/** Cells of a terminal, for texts of ASCII and Chinese characters only. */
function cells(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2E80" ? 2 : 1), 0);
}

/** The command-line arguments for a request: the wire's fields as options, the id of the path as the argument. */
function wordsFor(name: string, { path, fields }: Call): string[] {
  const row = rowOf(name);
  const words = row.paths[0].includes("{id}") ? [idIn(path)] : [];
  for (const [wire, value] of Object.entries(fields)) words.push(...optionFor(name, wire, value, fields));
  return words;
}

function optionFor(name: string, wire: string, value: string, fields: Record<string, string>): string[] {
  const row = rowOf(name);
  const [, pair] = /^customerChannelValue_(\d+)$/.exec(wire) ?? [];
  if (pair) return ["--channel", `${fields[`customerChannelType_${pair}`]}=${value}`];
  if (wire.startsWith("customerChannelType_")) return [];
  if (wire.startsWith("extra_")) return ["--channel", `${wire.slice("extra_".length)}=${value}`];
  if (wire.startsWith("custom_")) return ["--custom", `${wire.slice("custom_".length)}=${value}`];
  const field = fieldsOf(row).find((one) => one.wireName === wire);
  if (!field) throw new Error(`${name} has no field ${wire}`);
  const option = optionName(row, field.inputName);
  if (field.json.type !== "boolean" && field.inputName !== "getTicketHistory") return [option, value];
  return [value === "0" ? option.replace("--", "--no-") : option];
}

test("every noun and verb can be called, and answers what the server answered", async () => {
  const called = table.filter(({ row }) => !row.stream);
  await forEachConcurrent(called, async ({ name, row }) => {
    const words = wordsFor(name, await calls[name]!(scene));
    const yes = row.undo && "loses" in row.undo ? ["--yes"] : [];
    const ran = await run(["call", name, ...words, ...yes, "--json"], { env });
    expect(ran, `${name} ${words.join(" ")}`).toMatchObject({ code: 0, stderr: "" });
    const body = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(row.output.safeParse(body).success, name).toBe(true);
  });
});

test("an empty value clears, --no-sync switches linking off, a version and a retry are kept", async () => {
  const email = `${uniqueName("m")}@example.org`;
  await disableCrm(scene);
  await world.admin.ticket.create({ brandId: scene.brandId, channel: "email", from: email, title: "Waits" });
  const words = [
    "call",
    "customer.create",
    ...brand,
    "--firstname",
    "Ada",
    "--lastname",
    "X",
    "--channel",
    `email=${email}`,
  ];
  const retry = ["--no-sync", "--idempotency-key", uniqueName("r")];
  const made = await runJson([...words, ...retry], { env });
  expect(await runJson([...words, ...retry], { env })).toEqual(made);
  const id = String(made.id);
  const { itemTotal } = await world.admin.ticket.list({ customerId: Number(id) });
  expect(itemTotal).toBe(0);
  await runJson(["call", "customer.update", id, "--lastname", "", "--if-match", "1"], { env });
  const { item } = await world.admin.customer.find({ id: Number(id) });
  expect(item).toMatchObject({ lastname: "", version: 2 });
  const stale = await run(["call", "customer.update", id, "--lastname", "Y", "--if-match", "1"], { env });
  expect(stale).toMatchObject({ code: 1, stdout: "" });
  expect(stale.stderr).toContain("stale_version");
});

test("all pages are walked, as lines of JSON or as one table, up to a bound", async () => {
  const brandId = await world.newBrand();
  for (let n = 1; n <= 7; n += 1)
    await world.admin.customer.create({ brandId, primaryId: `東${n}`, firstname: n % 2 ? "美咲" : "Ada" });
  const list = ["call", "customer.list", "--brand-id", String(brandId)];
  const lines = await run([...list, "--all", "--item-limit", "3", "--json"], { env });
  const items = lines.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { external_primary_id: string });
  expect(items.map((item) => item.external_primary_id)).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => `東${n}`));
  const some = await run([...list, "--limit", "4", "--item-limit", "3", "--json"], { env });
  expect(some).toMatchObject({ code: 0 });
  expect(some.stdout.trim().split("\n")).toHaveLength(4);
  const people = await run([...list, "--all"], { env });
  const [head = "", ...rows] = people.stdout.trimEnd().split("\n");
  expect(rows).toHaveLength(7);
  expect(head).toMatch(/^ *id +name +primary_id +brand_name/);
  // The wide characters take two cells each: what follows them begins in the same cell.
  const starts = rows.map((row) => cells(row.slice(0, row.search(/東/))));
  expect(new Set(starts)).toEqual(new Set([head.indexOf("primary_id")]));
  expect(people.stderr).toContain("7 in all.");
});

test("who holds what is taken is told, with the call that shows him", async () => {
  const primaryId = uniqueName();
  const { id } = await world.admin.customer.create({ brandId: scene.brandId, primaryId });
  const ran = await run(["call", "customer.create", ...brand, "--primary-id", primaryId], { env });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`dossier call customer.find ${id}`);
});

test.each([
  [["call", "customer.find"], "Which customer?"],
  [["call", "customer.find", "1", "--id", "2"], "Leave one out"],
  [["call", "customer.create", "--custom", "gold"], "name=value"],
  [["call", "customer.create", "--input", "absent.json"], "cannot be read"],
  [["call", "customer.list", "--all", "--limit", "0"], "--limit"],
  [["call", "customer.create", "--idempotency-key", "a b"], "visible ASCII"],
  [["call", "brand.list", "--url", "ftp://x"], "--url must be"],
  [["call", "brand.list", "--url", "http://x", "--data-dir", "y"], "two places"],
  [["key", "revoke", "dsr_text"], "Which key?"],
  [["seed"], "goes into a database"],
])("%j is a mistake in words: 2", async (args, says) => {
  const ran = await run(args, { env });
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain(says);
});

test("a key comes from the environment, a file or standard input", async () => {
  const file = join(emptyFolder(), "key");
  writeFileSync(file, `${world.adminKey}\n`);
  const { DOSSIER_KEY: _key, ...url } = env;
  const list = ["call", "brand.list", "--json"];
  for (const [words, around] of [
    [["--key-file", file], { env: url }],
    [["--key-file", "-"], { env: url, input: `${world.adminKey}\n` }],
    [[], { env: { ...url, DOSSIER_KEY_FILE: file } }],
    [["--url", `${world.url}/api/v2/`], { env: { DOSSIER_KEY: world.adminKey } }],
  ] as const)
    expect(await run([...list, ...words], around)).toMatchObject({ code: 0, stderr: "" });
  expect(await run(list, { env: url })).toMatchObject({ code: 2 });
  const bad = await run(list, { env: { ...env, DOSSIER_KEY: "dsr_wrong" } });
  expect(bad).toMatchObject({ code: 1, stdout: "" });
  expect(bad.stderr).toContain('"code":"invalid_key"');
});

test("who does not answer is 3, and so is who is no Dossier", async () => {
  const gone = await run(["call", "brand.list"], { env: { ...env, DOSSIER_URL: "http://127.0.0.1:9" } });
  expect(gone).toMatchObject({ code: 3, stdout: "" });
  expect(gone.stderr).toContain("http://127.0.0.1:9");
  expect(await run(["status", "--url", "http://127.0.0.1:9"])).toMatchObject({ code: 3 });
  expect(await run(["doctor", "--url", "http://127.0.0.1:9"])).toMatchObject({ code: 1 });
});

test("a key is printed alone, works, is listed and revoked", async () => {
  const made = await run(
    ["key", "create", "till", "--permission", "customer_read,CHANNEL_READ", ...brand, "--expires", "90d"],
    { env },
  );
  expect(made.code).toBe(0);
  const key = made.stdout.trim();
  expect(key).toMatch(/^dsr_[0-9A-Za-z]{49}$/);
  expect(made.stderr).not.toContain(key);
  const own = { ...env, DOSSIER_KEY: key };
  expect(await runJson(["status"], { env: own })).toMatchObject({ state: "ready", brands: 1, tickets: null });
  const list = await run(["key", "list", "--json"], { env });
  const keys = list.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: number; prefix: string });
  const { id } = keys.find(({ prefix }) => key.startsWith(prefix))!;
  expect(await run(["key", "revoke", String(id), "--yes"], { env })).toMatchObject({ code: 0 });
  expect(await run(["call", "brand.list"], { env: own })).toMatchObject({ code: 1 });
  const refused = await run(["key", "create", "x", "--permission", "fly", "--expires", "soon"], { env });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/--permission .*\n +--expires /);
});

test("the doctor looks at a server by its URL", async () => {
  const told = (await runJson(["doctor"], { env })) as { ok: boolean; findings: { subject: string }[] };
  expect(told.ok).toBe(true);
  expect(told.findings.map(({ subject }) => subject)).toEqual([
    "node",
    "TLS",
    "server",
    "version",
    "clock",
    "server clock",
    "key",
  ]);
  expect(await run(["doctor"], { env: { ...env, DOSSIER_KEY: "dsr_wrong" } })).toMatchObject({ code: 1 });
});
