// A client that another program generates from openapi.json, without manual changes: it compiles under strict
// TypeScript, and performs every operation of the Customer controller. A failure is a fault of the document.
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openapi } from "@dossier/api";
import { createClient } from "@hey-api/openapi-ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCrm } from "../support/servers/crm-server.ts";
import { startTestServer } from "../support/test-server.ts";

interface Sent {
  url: string;
  headers: Headers;
}
type Calls = Record<string, () => Promise<void>>;
interface Stranger {
  callsOf: (url: string, key: string, brand: number, sent: Sent[]) => Calls;
}

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(here, "../../../node_modules");

const operations = [
  "1 GET /customer",
  "2 GET /customer/{id}",
  "3 POST /customer",
  "3 POST /customer, repeated by an Idempotency-Key",
  "4 PUT /customer",
  "5 PUT /customer/{id}",
  "6 DELETE /customer/{id}",
  "7 POST /customer/SearchByPrimaryExternalID",
  "8 POST /customer/SearchByCustomerChannelValue",
  "9 POST /customer/addChannelOnly",
  "10 PUT /customer/updateCustomer",
  "11 DELETE /customer/channel/{id}",
  "12 DELETE /customer/purgeData",
  "13 GET /customer/timelineByCustomerExternalID",
  "14 POST /customer/externalEvent",
  "15 POST /customer/syncWithCRM",
  "16 POST /customer/createCustomerCRUD",
  "lists in forms, as in POST /apikey",
  "what the types refuse",
];

/** The generator's own files violate this one option, whatever the document says. */
const ofGenerator = /^client\/(client|core)\/\S+ error TS23(75|79): .*'exactOptionalPropertyTypes: true'/;

const compilerOptions = {
  target: "ES2023",
  lib: ["ES2023", "DOM", "DOM.Iterable"],
  module: "NodeNext",
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noFallthroughCasesInSwitch: true,
  skipLibCheck: true,
  types: ["node"],
  outDir: "out",
};

let folder: string;
let calls: Calls;
let diagnostics: string[];
const sent: Sent[] = [];
const crm = await startCrm((query) =>
  query.get("address")?.startsWith("nobody") ? [] : [{ firstname: "Ada" }],
);
const world = await startTestServer({ egressAllow: [crm.hostPort] });

/** Compiles the folder; returns the compiler's output, on success or failure. */
function compile(): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(modules, ".bin", "tsc"), "-p", "."], { cwd: folder });
    let said = "";
    child.stdout.on("data", (part: Buffer) => (said += part.toString()));
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    child.on("error", fail);
    child.on("close", () => done(said));
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dossier-stranger-"));
  await writeFile(join(folder, "openapi.json"), JSON.stringify(openapi()));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["*.ts", "client"] }),
  );
  await symlink(modules, join(folder, "node_modules"));
  await createClient({
    input: join(folder, "openapi.json"),
    output: { path: join(folder, "client"), tsConfigPath: join(folder, "tsconfig.json") },
    logs: { level: "silent", file: false },
  });
  await copyFile(join(here, "third-party", "calls.ts"), join(folder, "calls.ts"));
  const said = await compile();
  diagnostics = said.split("\n").filter((line) => /^\S/.test(line));
  const stranger = (await import(pathToFileURL(join(folder, "out", "calls.js")).href)) as Stranger;
  calls = stranger.callsOf(world.url, world.adminKey, await world.newBrand({ crmLookupUrl: crm.url }), sent);
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a client generated from the document", () => {
  test("compiles under strict TypeScript, with everything that a stranger calls", () => {
    expect(diagnostics.filter((line) => !ofGenerator.test(line))).toEqual([]);
  });

  test("is asked for every operation here", () => {
    expect(Object.keys(calls)).toEqual(operations);
  });

  test.each(operations)("performs %s", async (name) => {
    await calls[name]!();
  });

  test("sends the key once, in the header that the contract names, and never in a URL", () => {
    expect(sent.length).toBeGreaterThan(operations.length);
    for (const { url, headers } of sent) {
      expect(url).not.toMatch(/\?.*apikey/i);
      expect(headers.get("apikey")).toBe(world.adminKey);
      expect(headers.has("authorization")).toBe(false);
    }
  });
});
