// `@dossier/api` as integrators get it: packed, installed into an empty project without a network, run by Node,
// compiled against by strict programs of each kind, and bundled for browsers.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { rows } from "@dossier/api";
import { startTestServer } from "../support/test-server.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../../..");
const modules = join(root, "node_modules");
const world = await startTestServer();
const project = mkdtempSync(join(tmpdir(), "dossier-package-"));
const installed = join(project, "node_modules", "@dossier", "api");
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Runs a program in the project; its output is part of its failure. */
const run = async (program: string, args: string[], cwd = project, env = {}): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...process.env, ...env } });
  return stdout.trim();
};

beforeAll(async () => {
  const tarball = await run(process.execPath, ["scripts/pack-api.mjs", "--to", project], root);
  // zod normally comes from a registry; a folder satisfies the package as well
  const dependencies = { "@dossier/api": `file:${tarball}`, zod: `file:${join(modules, "zod")}` };
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ type: "module", private: true, dependencies }),
  );
  await run("npm", [
    "install",
    "--offline",
    "--cache",
    join(project, "cache"),
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
  ]);
});

const program = `import { createClient, isDossierError, type Customer } from "@dossier/api";

declare const process: { env: Record<string, string | undefined> };
const dossier = createClient({ url: process.env["URL"] ?? "", key: process.env["API_KEY"] });
const channels = [{ type: "email", address: "ada@example.org" }];
const { id } = await dossier.customer.resolve({ brandId: 1, primaryId: "K-17", firstname: "Ada", channels });
const seen: Customer[] = [];
for await (const customer of dossier.customer.each({ query: "ada" }, { limit: 5 })) seen.push(customer);
const { item } = await dossier.customer.find({ id }, { timeout: 20_000 });
const changed = await dossier.customer.update({ id, custom: { tier: "gold" } }, { ifMatch: item.version });
const owner: number | undefined = await dossier.customer.create({ brandId: 1, channels }).then(
  () => undefined,
  (error: unknown) => {
    if (isDossierError(error, "channel_taken")) return error.conflict.customer_id;
    throw error;
  },
);
// @ts-expect-error -- a brand is named by its number
const wrong: unknown = await dossier.customer.create({ brandId: "one", firstname: "Ada" }).catch(() => "refused");
export const told = { seen: seen.length, same: owner === id && seen[0]?.id === id, outcome: changed.outcome, wrong };
`;

const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: "ES2022",
  skipLibCheck: true,
  types: [],
};

/** Compilers are slow on a busy machine. */
const patience = 180_000;
vi.setConfig({ testTimeout: patience, hookTimeout: patience });

/** Compilers of integrators, each with the types of one environment. */
const compilers = {
  "nodenext with Node's types": {
    module: "nodenext",
    lib: ["ES2023"],
    types: ["node"],
    typeRoots: [join(modules, "@types")],
    exactOptionalPropertyTypes: true,
  },
  "nodenext with a browser's, and our declarations checked too": {
    module: "nodenext",
    lib: ["ES2022", "DOM"],
    skipLibCheck: false,
  },
  "a bundler": { module: "esnext", moduleResolution: "bundler", lib: ["ES2022", "DOM"] },
};

test.each(Object.entries(compilers))("a strict program compiles against it: %s", async (name, options) => {
  const folder = join(project, name.replaceAll(/\W/g, "-"));
  mkdirSync(folder);
  const source = options.lib.includes("DOM")
    ? program
    : program.replace("declare const process: { env: Record<string, string | undefined> };\n", "");
  writeFileSync(join(folder, "program.ts"), source);
  const settings = { compilerOptions: { ...strict, ...options }, files: ["program.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  const compiler = join(modules, "typescript", "bin", "tsc");
  await run(process.execPath, [compiler, "--project", folder, "--noEmit"]).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout);
  });
});

test("Node runs a program with it", async () => {
  const javascript = program
    .replace(", type Customer", "")
    .replace(/^declare .*\n/m, "")
    .replaceAll(/: (Customer\[\]|number \| undefined|unknown)(?=[ )])/g, "");
  writeFileSync(join(project, "program.mjs"), `${javascript}console.log(JSON.stringify(told));\n`);
  const env = { URL: world.url, API_KEY: world.adminKey };
  expect(JSON.parse(await run(process.execPath, ["program.mjs"], project, env))).toEqual({
    seen: 1,
    same: true,
    outcome: "updated",
    wrong: "refused",
  });
});

test("it is JavaScript and declarations, and the routes in it are those of the table", async () => {
  const files = readdirSync(join(installed, "dist"), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => relative(join(installed, "dist"), join(parentPath, name)));
  expect(files.filter((name) => !/\.(js|d\.ts)$/.test(name))).toEqual([]);
  expect(readdirSync(installed).toSorted()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  const wrong = files.filter((name) => {
    const text = readFileSync(join(installed, "dist", name), "utf8").replaceAll(/\/\*[^]*?\*\//g, "");
    return (
      /(from|import\()\s*"(?!\.{1,2}\/[\w/-]+\.js"|zod["/])/.test(text) || /\b(node:|require\()/.test(text)
    );
  });
  expect(wrong).toEqual([]);
  const packed = (await import(pathToFileURL(join(installed, "dist", "client", "route.js")).href)) as {
    routes: Record<string, Record<string, { method: string; path: string }>>;
  };
  const routes = Object.entries(packed.routes).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, { method, path }]) => [`${noun}.${verb}`, method, path]),
  );
  expect(routes).toEqual(rows().map(({ name, row }) => [name, row.method, row.paths[0]]));
});

/** The size of the package in a browser's bundle: minified and compressed, in bytes. */
async function sizeOf(names: string): Promise<{ bytes: number; parts: string[] }> {
  const entry = join(project, "entry.mjs");
  writeFileSync(entry, `export ${names} from "@dossier/api";\n`);
  const build = await rolldown({ input: entry, cwd: project, platform: "browser" });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  return { bytes: gzipSync(output[0].code).length, parts: output[0].moduleIds };
}

test("a bundled client is small, and brings no schemas", async () => {
  const client = await sizeOf("{ createClient, DossierError, isDossierError }");
  expect(client.parts.filter((path) => path.includes("/zod/"))).toEqual([]);
  expect(client.bytes).toBeLessThan(8000);
  expect((await sizeOf("*")).bytes).toBeLessThan(70_000); // with the table, the document and every schema
});
