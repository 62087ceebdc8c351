// `node scripts/run-blocks.mjs --url <url> [--record <file>] <page.md …>`: runs the examples of the pages against a
// server, and compares what they print with what the pages show.
//
// Blocks marked ```sh ci run in order, in one plain bash per page (neither `set -e` nor `pipefail`), so variables persist.
// The block after it, ```json ci or ```text ci, is its whole output, standard error included; without one it prints
// nothing. `…` stands for what differs from run to run: block-output.mjs says where. The last command of a block ends
// with 0, unless it is marked ```sh ci fails. A block marked ```sh ci serves runs beside the others until the page ends.
// Blocks marked ```ts ci are type-checked together, and run in order; the
// first one of a page is prepended to those without an `import`. In all blocks and outputs localhost:8080 is the server,
// which calls itself 127.0.0.1:8080; $API_KEY is a key of it, and `dossier` is the command of the package. Each block is recorded as a line
// "step <code> <name>".
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { setTimeout as nextMoment } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { differenceOf } from "./block-output.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const work = join(root, ".cache", "blocks");
const { values, positionals } = parseArgs({
  options: { url: { type: "string" }, record: { type: "string" } },
  allowPositionals: true,
});

const port = values.url && new URL(values.url).port;
const printedPort = "8080";
const hosts = ["localhost", "127.0.0.1"];

rmSync(work, { recursive: true, force: true });
mkdirSync(join(work, "bin"), { recursive: true });
symlinkSync(join(root, "scripts", "dossier.mjs"), join(work, "bin", "dossier"));
const pages = positionals.map((path) => ({ path, blocks: readBlocks(path) }));
const outcomes = [];
const wrong = await compile(pages.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === "ts")));
record("the TypeScript of the pages", wrong);
if (!wrong) for (const page of pages) await runPage(page);
const failed = outcomes.filter((ok) => !ok).length;
console.log(`${outcomes.length - failed} blocks fine, ${failed} not`);
process.exitCode = failed > 0 || outcomes.length < 2 ? 1 : 0;

/** Records a step; `wrong` is its fault, if any. */
function record(name, wrong) {
  outcomes.push(!wrong);
  if (wrong) console.log(`-- ${name}: ${wrong}`);
  if (values.record) appendFileSync(values.record, `step ${wrong ? 1 : 0} ${name}\n`);
}

/** The blocks of a page that run; those that show an output belong to the one before. */
function readBlocks(path) {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [];
  for (const [, kind, mark, code] of text.matchAll(
    /^```(sh|ts|json|text) ci(?: (fails|serves))?\n((?:(?!```).*\n)*)```$/gm,
  )) {
    if (kind === "json" || kind === "text") {
      blocks.at(-1).shown = { kind, text: code };
      continue;
    }
    const name = `${path} block ${blocks.length + 1} (${kind})`;
    const file = join(work, `${path.replace(/\W+/g, "-")}-${blocks.length + 1}.${kind}`);
    blocks.push({
      name,
      kind,
      mark,
      code: code.replaceAll(`localhost:${printedPort}`, `localhost:${port}`),
      file,
    });
  }
  const first = blocks.find((block) => block.kind === "ts");
  for (const block of blocks) {
    const alone = block.kind !== "ts" || /^import /m.test(block.code);
    writeFileSync(block.file, alone ? block.code : `${first.code}\n${block.code}`);
  }
  return blocks;
}

/** Type-checks and bundles every TypeScript block; returns the compiler's output. */
async function compile(blocks) {
  if (blocks.length === 0) return undefined;
  const settings = { extends: "../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify(settings));
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const { status, stdout } = spawnSync(tsc, ["-p", work, "--pretty", "false"], { encoding: "utf8" });
  if (status !== 0) return stdout || "tsc did not run";
  const build = await rolldown({ input: blocks.map(({ file }) => file), cwd: root, platform: "node" });
  await build.write({ dir: work, format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" });
  return build.close();
}

async function runPage({ blocks }) {
  const shell = openShell();
  const servers = [];
  for (const [at, block] of blocks.entries()) {
    const wrong =
      block.mark === "serves"
        ? await serve(block, servers)
        : faultOf(block, block.kind === "sh" ? await shell.run(block) : await runTypeScript(block));
    record(block.name, wrong);
    if (!wrong) continue;
    for (const { name } of blocks.slice(at + 1)) record(name, "not run");
    break;
  }
  shell.close();
  for (const { pid } of servers) process.kill(-pid, "SIGTERM");
}

/** Starts a block that does not end; waits until it has printed what the page shows, and returns its fault. */
async function serve({ file, shown }, servers) {
  const output = openSync(`${file}.out`, "w");
  const options = { cwd: root, env: environment(), detached: true, stdio: ["ignore", output, output] };
  servers.push(spawn("bash", ["--norc", file], options));
  for (const end = Date.now() + 30_000; ; await nextMoment(100)) {
    const difference = differenceOf(shown?.kind, shown?.text, readFileSync(`${file}.out`, "utf8"));
    if (!difference || Date.now() > end) return difference;
  }
}

/** What is wrong about a block that has run; undefined if nothing is. */
function faultOf({ kind, mark, shown }, { code, output }) {
  const printed = hosts.reduce(
    (text, host) => text.replaceAll(`${host}:${port}`, `${host}:${printedPort}`),
    output,
  );
  if ((code === 0) === (mark === "fails")) return `exit code ${code}\n${printed}`;
  if (kind === "ts" && !shown) return undefined;
  const difference = differenceOf(shown?.kind, shown?.text, printed);
  return difference && `it prints something else than the page shows\n${difference}`;
}

/** One plain bash for a page, without a terminal and without input. */
function openShell() {
  const bash = spawn("bash", ["--norc"], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
    env: environment(),
  });
  bash.stdin.on("error", () => undefined);
  const ended = new Promise((done) => bash.on("close", (code) => done(`${code ?? 1}`)));
  return {
    close: () => bash.stdin.end(),
    async run({ file }) {
      const output = `${file}.out`;
      const finished = new Promise((done) => bash.stdout.once("data", (data) => done(data.toString())));
      bash.stdin.write(`source ${file} </dev/null >${output} 2>&1; echo $?\n`);
      const code = Number(await Promise.race([finished, ended]));
      return { code, output: readFileSync(output, "utf8") };
    },
  };
}

function runTypeScript({ file }) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [file.replace(/ts$/, "mjs")], { cwd: root, env: environment() });
    const parts = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => parts.push(part));
    child.on("close", (code) => done({ code: code ?? 1, output: Buffer.concat(parts).toString() }));
  });
}

function environment() {
  return {
    ...process.env,
    NO_COLOR: "1",
    PATH: `${join(work, "bin")}${delimiter}${process.env.PATH}`,
  };
}
