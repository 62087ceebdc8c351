// `@dossier/api` as integrators get it: packed, installed into an empty project without a network and without another
// package, run by Node, compiled against by strict programs of each kind, and bundled for browsers.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test, vi } from "vitest";
import { rows } from "@dossier/api";
import { installPackedClient, modules, runIn } from "../support/packed-client.ts";
import { startTestServer } from "../support/test-server.ts";

/** Compilers are slow on a busy machine. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const world = await startTestServer();
const { project, installed } = await installPackedClient();

const program = `import { createClient, isDossierError, type Customer } from "@dossier/api";

declare const process: { env: Record<string, string | undefined> };
const dossier = createClient({ url: process.env["URL"] ?? "", key: process.env["API_KEY"] });
const channels = [{ type: "email", address: "ada@example.org" }];
const { id } = await dossier.customer.resolve({ brandId: 1, primaryId: "K-17", firstname: "Ada", channels });
const seen: Customer[] = [];
for await (const customer of dossier.customer.each({ query: "ada" }, { limit: 5 })) seen.push(customer);
const customer = await dossier.customer.find({ id }, { timeout: 20_000 });
const changed = await dossier.customer.update({ id, custom: { tier: "gold" } }, { ifMatch: customer.version });
const { custom, primaryId } = await dossier.customer.find({ id });
const owner: number | undefined = await dossier.customer.create({ brandId: 1, channels }).then(
  () => undefined,
  (error: unknown) => {
    if (isDossierError(error, "channel_taken")) return error.conflict.customerId;
    throw error;
  },
);
// @ts-expect-error -- a brand is named by its number
const wrong: unknown = await dossier.customer.create({ brandId: "one", firstname: "Ada" }).catch(() => "refused");
export const told = { seen: seen.length, same: owner === id && seen[0]?.id === id, outcome: changed.outcome, wrong, primaryId, tier: custom["tier"] };
`;

const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: "ES2022",
  skipLibCheck: true,
  types: [],
};

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
  const told = await runIn(project, process.execPath, [
    compiler,
    "--project",
    folder,
    "--noEmit",
    "--diagnostics",
  ]);
  // Without it, the types of the environment are instantiated too.
  if ("skipLibCheck" in options) return;
  const instantiations = Number(/^Instantiations: +(\d+)$/m.exec(told)?.[1]);
  expect(instantiations).toBeGreaterThan(0);
  expect(instantiations).toBeLessThanOrEqual(3000);
});

test("Node runs a program with it", async () => {
  const javascript = program
    .replace(", type Customer", "")
    .replace(/^declare .*\n/m, "")
    .replaceAll(/: (Customer\[\]|number \| undefined|unknown)(?=[ )])/g, "");
  writeFileSync(join(project, "program.mjs"), `${javascript}console.log(JSON.stringify(told));\n`);
  const env = { URL: world.url, API_KEY: world.adminKey };
  expect(JSON.parse(await runIn(project, process.execPath, ["program.mjs"], env))).toEqual({
    seen: 1,
    same: true,
    outcome: "updated",
    wrong: "refused",
    primaryId: "K-17",
    tier: "gold",
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
      /(?<!")\b(from|import\()\s*"(?!(\.{1,2}\/)+[\w/-]+\.js"|zod["/])/.test(text) ||
      /"node:|\brequire\(/.test(text)
    );
  });
  expect(wrong).toEqual([]);
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<
    string,
    unknown
  >;
  expect(manifest.dependencies).toBeUndefined();
  expect(Object.keys(manifest.exports as object)).toEqual([".", "./table", "./package.json"]);
  const packed = (await import(pathToFileURL(join(installed, "dist", "client", "route.js")).href)) as {
    routes: Record<string, Record<string, { method: string; path: string }>>;
  };
  const routes = Object.entries(packed.routes).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, { method, path }]) => [`${noun}.${verb}`, method, path]),
  );
  expect(routes).toEqual(rows().map(({ name, row }) => [name, row.method, row.paths[0]]));
});

/** A module of the package and those that it imports, with their texts. */
function reachedFrom(path: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(path)) return seen;
  const text = readFileSync(path, "utf8").replaceAll(/\/\*[^]*?\*\//g, "");
  seen.set(path, text);
  for (const [, name = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g))
    reachedFrom(resolve(path, "..", path.endsWith(".d.ts") ? name.replace(/\.js$/, ".d.ts") : name), seen);
  return seen;
}

test("neither the client nor its declarations need another package", () => {
  for (const entry of ["sdk.d.ts", "sdk.js"]) {
    const reached = reachedFrom(join(installed, "dist", entry));
    expect(reached.size).toBeGreaterThan(10);
    expect(
      [...reached].filter(([, text]) => /from\s*"[^.]|\bzod\b/i.test(text)).map(([path]) => path),
    ).toEqual([]);
  }
});

test("the table is another entry, which needs zod, and its client is the same", async () => {
  const file = join(project, "table.mjs");
  writeFileSync(
    file,
    `import { DossierError } from "@dossier/api";
import * as table from "@dossier/api/table";
console.log(JSON.stringify([table.rows().length, DossierError === table.DossierError]));
`,
  );
  await expect(runIn(project, process.execPath, [file])).rejects.toThrow(/Cannot find package 'zod'/);
  const zod = join(project, "node_modules", "zod");
  symlinkSync(join(modules, "zod"), zod);
  const told = await runIn(project, process.execPath, [file]).finally(() => unlinkSync(zod));
  expect(JSON.parse(told)).toEqual([rows().length, true]);
});

/** The size of the package in a browser's bundle: minified and compressed, in bytes. */
async function sizeOf(names: string, from: string): Promise<{ bytes: number; parts: string[] }> {
  const entry = join(project, "entry.mjs");
  writeFileSync(entry, `export ${names} from "${from}";\n`);
  const resolve = { alias: { zod: join(modules, "zod") } };
  const build = await rolldown({ input: entry, cwd: project, platform: "browser", resolve });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  return { bytes: gzipSync(output[0].code).length, parts: output[0].moduleIds };
}

test("a bundled client is small, and brings no schemas", async () => {
  const client = await sizeOf("{ createClient, DossierError, isDossierError }", "@dossier/api");
  expect(client.parts.filter((path) => path.includes("/zod/"))).toEqual([]);
  expect(client.bytes).toBeLessThan(8000);
  expect((await sizeOf("*", "@dossier/api/table")).bytes).toBeLessThan(80_000); // with the table, the document and every schema
});
