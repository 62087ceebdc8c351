// The example CRM and the servers of docs/crm.md: they run, respond as described, and work with Dossier.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import ts from "typescript";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../../support/servers/free-port.ts";
import { startTestServer } from "../../support/test-server.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../../../..");
const [demoPort, samplePort] = [await freePort(), await freePort()];
const { admin, newBrand } = await startTestServer({
  egressAllow: [`127.0.0.1:${demoPort}`, `127.0.0.1:${samplePort}`],
});
const demo = `http://127.0.0.1:${demoPort}/lookup`;

const children: ChildProcess[] = [];
let folder: string;
let said = "";

/** Starts a program and waits until it is ready. */
async function start(args: string[], port: number, env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
  children.push(child);
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/lookup`).then(
      (answer) => answer.status > 0,
      () => false,
    );
  await vi.waitFor(async () => expect(await answers()).toBe(true), { timeout: 20_000 });
  return child;
}

/** The only block of a language on a page. */
async function blockOf(page: string, language: string): Promise<string> {
  const text = await readFile(join(root, page), "utf8");
  return text.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dossier-crm-"));
  await start([join(root, "examples/crm-server/server.mjs"), "--port", String(demoPort)], demoPort);
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill();
  await rm(folder, { recursive: true, force: true });
});

test("the demo says what to do next, with the setting that allows it", async () => {
  // The answer of its port may arrive before its output.
  await vi.waitFor(() => expect(said).toContain(`DOSSIER_EGRESS_ALLOW=127.0.0.1:${demoPort} npm start`));
  await vi.waitFor(() => expect(said).toContain(`crm_lookup_url=${demo}`));
});

test("the description of the hook is a valid document", async () => {
  const text = await readFile(join(root, "examples/crm-server/openapi.json"), "utf8");
  const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
  expect([valid, errors]).toEqual([true, undefined]);
});

test("a customer of the demo CRM is taken over whole, by e-mail, telephone and primary id", async () => {
  const brandId = await newBrand({ crmLookupUrl: demo });
  const { item } = await admin.brand.crmTest({ id: brandId, primaryId: "CRM-0042" });
  const [person] = item.mapped;
  expect([item.results, person?.skipped]).toEqual([1, []]);
  const [email, telephone] = person?.channels.map(({ address }) => address) ?? [];
  const made = await admin.customer.syncWithCrm({ brandId, channel: "email", address: email ?? "" });
  expect(made).toMatchObject({ outcome: "created" });
  const again = [{ address: telephone ?? "" }, { primaryId: "CRM-0042" }];
  for (const one of again)
    expect(await admin.customer.syncWithCrm({ brandId, ...one })).toMatchObject({
      id: made.id,
      outcome: "unchanged",
    });
  const unknown = await admin.customer.syncWithCrm({ brandId, address: "+490000" });
  expect(unknown.outcome).toBe("unknown");
});

test("every person of the demo passes without anything left out", async () => {
  const brandId = await newBrand({ crmLookupUrl: demo });
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 150, 299, 300]) {
    const { item } = await admin.brand.crmTest({
      id: brandId,
      primaryId: `CRM-${String(n).padStart(4, "0")}`,
    });
    expect([n, item.results, item.mapped[0]?.skipped]).toEqual([n, 1, []]);
  }
});

test.each([
  ["400@example.org", "crm_failed"],
  ["500@example.org", "crm_failed"],
  ["several@example.org", "crm_several_results"],
  ["slow@example.org", "crm_timeout"],
])("the demo brings trouble about on demand: %s", async (address, code) => {
  const brandId = await newBrand({ crmLookupUrl: demo });
  await expect(admin.customer.syncWithCrm({ brandId, channel: "email", address })).rejects.toMatchObject({
    code,
  });
});

test("the TypeScript server of the page works as it stands", async () => {
  const { outputText } = ts.transpileModule(await blockOf("docs/crm.md", "ts"), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  const file = join(folder, "sample.mjs");
  await writeFile(file, outputText);
  await start([file], samplePort, { PORT: String(samplePort) });
  const brandId = await newBrand({ crmLookupUrl: `http://127.0.0.1:${samplePort}/` });
  const made = await admin.customer.syncWithCrm({ brandId, address: "+4930123456" });
  expect(made).toMatchObject({ outcome: "created" });
  expect(await admin.customer.syncWithCrm({ brandId, primaryId: "K-17" })).toMatchObject({ id: made.id });
  expect(await admin.customer.syncWithCrm({ brandId, address: "+4930" })).toMatchObject({
    outcome: "unknown",
  });
});
