// `npm run pack:api [-- --to <folder>]`: packs `@dossier/api` for publication and prints the tarball's path. In the
// repository the package is its TypeScript sources; packed, it is JavaScript and declarations, module by module, so
// that a bundler can drop unused modules. It has two entries: `@dossier/api` is the client, which needs no other package,
// and `@dossier/api/table` the whole, which needs zod. The client's routes are packed as plain data, not as the code that
// computes them: this keeps the schemas out of a program that imports only the client.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({ options: { to: { type: "string", default: join(root, "dist") } } });
const to = resolve(values.to);

mkdirSync(join(root, ".cache"), { recursive: true });
const stage = mkdtempSync(join(root, ".cache", "api-")); // in the repository, where its modules find zod
try {
  compile(join(stage, "dist"));
  await writeRoutes(join(stage, "dist", "client", "route.js"));
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(join(root, "LICENSE"), join(stage, "LICENSE"));
  copyFileSync(join(root, "api", "README.md"), join(stage, "README.md"));
  mkdirSync(to, { recursive: true });
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", to, stage]));
  console.log(join(to, packed.filename));
} finally {
  rmSync(stage, { recursive: true, force: true });
}

function compile(folder) {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  run(process.execPath, [compiler, "--project", join(root, "api"), "--outDir", folder]);
  for (const name of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".d.ts"))) {
    const path = join(folder, name); // the compiler rewrites module names only in JavaScript
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/((?:from|import\()\s*"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"'));
  }
}

async function writeRoutes(path) {
  const { routes } = await import(pathToFileURL(path).href);
  writeFileSync(
    path,
    `/** How each endpoint is reached. */\nexport const routes = ${JSON.stringify(routes, null, 2)};\n`,
  );
}

function manifest() {
  const {
    exports: _sources,
    dependencies,
    ...rest
  } = JSON.parse(readFileSync(join(root, "api", "package.json"), "utf8"));
  const needs = Object.keys(dependencies);
  return {
    ...rest,
    // Only the table's entry needs them. Any version may be there: it is none of the client's business.
    peerDependencies: Object.fromEntries(needs.map((name) => [name, "*"])),
    peerDependenciesMeta: Object.fromEntries(needs.map((name) => [name, { optional: true }])),
    exports: {
      ".": { types: "./dist/sdk.d.ts", default: "./dist/sdk.js" },
      "./table": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    files: ["dist"],
  };
}

function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  if (error) throw error;
  if (status === 0) return stdout;
  console.error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  process.exit(1);
}
