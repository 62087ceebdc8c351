// Formats and columns, questions before what cannot be undone, and who ran a command, as users of the command line see
// them.
import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { startFixtureServer } from "../support/requests.ts";
import { run } from "../support/run-cli.ts";

const world = await startFixtureServer();
const env = { DOSSIER_URL: world.url, DOSSIER_KEY: world.adminKey };
const brandId = await world.newBrand();
const list = ["call", "customer.list", "--brand-id", String(brandId), "--all", "--item-limit", "2"];
const { customer } = world.admin;

const names = ['Ada "the" King', "=1+1", "Grace, Hopper", " blank "];
for (const [n, firstname] of names.entries())
  await customer.create({
    brandId,
    primaryId: `K-${n}`,
    firstname,
    channels: [{ type: "email", address: `k${n}@example.org` }],
    custom: n === 2 ? { tier: "gold" } : {},
  });

test("csv has a header, CRLF, and values as they are", async () => {
  const { stdout, code } = await run(
    [...list, "--output", "csv", "--columns", "primary_id,firstname,email"],
    {
      env,
    },
  );
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      "primary_id,firstname,email",
      "K-3,blank,k3@example.org",
      'K-2,"Grace, Hopper",k2@example.org',
      "K-1,=1+1,k1@example.org",
      'K-0,"Ada ""the"" King",k0@example.org',
      "",
    ].join("\r\n"),
  );
});

test("csv without columns has every field, custom ones and lists as JSON among them", async () => {
  const { stdout } = await run([...list, "--output", "csv"], { env });
  const [head = "", ...rows] = stdout.trimEnd().split("\r\n");
  expect(head).toMatch(/^id,/);
  expect(head.split(",")).toEqual(expect.arrayContaining(["external_primary_id", "channels", "custom_tier"]));
  expect(head).not.toMatch(/(^|,)email(,|$)/);
  expect(rows).toHaveLength(4);
  expect(rows[1]).toContain('""address"":""k2@example.org""');
  expect(rows[1]).toContain("gold");
});

test("json is one document, jsonl a line for each item, with the columns asked for", async () => {
  const json = await run([...list, "--output", "json"], { env });
  expect((JSON.parse(json.stdout) as unknown[]).length).toBe(4);
  const lines = await run([...list, "--output", "jsonl", "--columns", "primary_id,email,custom_tier"], {
    env,
  });
  expect(lines.stdout.trimEnd().split("\n").slice(0, 2)).toEqual([
    '{"primary_id":"K-3","email":"k3@example.org","custom_tier":null}',
    '{"primary_id":"K-2","email":"k2@example.org","custom_tier":"gold"}',
  ]);
  const page = await run(["call", "brand.find", String(brandId), "--output", "jsonl"], { env });
  expect(JSON.parse(page.stdout)).toMatchObject({ id: brandId });
  const empty = ["call", "customer.list", "--query", "nobodyhasthisname", "--all", "--output", "json"];
  expect((await run(empty, { env })).stdout).toBe("[]\n");
});

test.each([
  [["--columns", "id,nmae"], "did you mean name?"],
  [["--columns", "id,"], "without a name"],
  [["--columns", "id", "--json", "--output", "json"], "jsonl"],
  [["--json", "--output", "csv"], "contradict"],
  [["--output", "xml"], "Allowed choices are table, json, jsonl, csv"],
])("%j is refused before anything is sent", async (words, says) => {
  const nowhere = { ...env, DOSSIER_URL: "http://127.0.0.1:9" };
  const ran = await run(["call", "customer.list", ...words], { env: nowhere });
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain(says);
});

test("without a terminal what cannot be undone needs --yes, and is not done", async () => {
  const { id } = await customer.create({ brandId, firstname: "Eve" });
  for (const words of [
    ["call", "customer.purge", String(id)],
    ["call", "customer.purgeAny", "--customer-id", String(id)],
  ]) {
    const refused = await run(words, { env, input: "y\n" });
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("cannot be undone");
    expect(refused.stderr).toContain("--yes");
    expect(refused.stderr).toContain(world.url);
  }
  expect((await customer.find({ id })).item.firstname).toBe("Eve");
  expect(await run(["call", "customer.purge", String(id), "--yes"], { env })).toMatchObject({ code: 0 });
  await expect(customer.find({ id })).rejects.toMatchObject({ code: "not_found" });
  const key = await run(["key", "revoke", "999"], { env });
  expect(key).toMatchObject({ code: 2, stdout: "" });
  const scrub = await run(["scrub"], { env: { DATABASE_URL: "postgresql://x@127.0.0.1:9/x" } });
  expect(scrub).toMatchObject({ code: 2, stdout: "" });
});

test("an act that can be undone or loses nothing asks for no confirmation", async () => {
  const { id } = await customer.create({ brandId, firstname: "Eve" });
  expect(await run(["call", "customer.delete", String(id)], { env })).toMatchObject({ code: 0 });
  const field = await world.admin.customfield.create({ brandId, name: "hat" });
  expect(await run(["call", "customfield.delete", String(field.id)], { env })).toMatchObject({ code: 0 });
  const forced = await run(["call", "customfield.delete", String(field.id), "--force"], { env });
  expect(forced.code).toBe(2);
});

test("the audit trail names the account that ran the command", async () => {
  const made = await run(
    ["call", "customer.create", "--brand-id", String(brandId), "--firstname", "Ada", "--json"],
    {
      env,
    },
  );
  const { id } = JSON.parse(made.stdout) as { id: number };
  const { items } = await world.admin.audit.list({ kind: "customer", subjectId: id });
  expect(items).toMatchObject([{ client_user: userInfo().username }]);
});

test("progress and questions never reach a pipe", async () => {
  const ran = await run(list, { env });
  expect(ran.stderr).toMatch(/^\d+ in all\.\n$/);
  expect(ran.stdout).not.toMatch(/[\u001b\r\u200e]/);
});
