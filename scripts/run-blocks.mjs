// `node scripts/run-blocks.mjs --url <url> [--record <file>] <page.md …>`: runs the examples of the pages against a
// server.
//
// Blocks marked ```sh ci run in order, in one bash per page, so variables persist; a curl that gets an error response
// fails, unless the block is marked ```sh ci fails: then its last response must be an error. Blocks marked ```ts ci are
// type-checked together, and run in order; the first one of a page is prepended to those without an `import`. A block
// marked ```json ci must have the shape of the last response before it. In all blocks http://localhost:8080 is the
// server, and $API_KEY is a key of it. Each block is recorded as a line "step <code> <name>".
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { differenceOf, lastAnswer } from "./answer-shape.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const work = join(root, ".cache", "blocks");
const { values, positionals } = parseArgs({
  options: { url: { type: "string" }, record: { type: "string" } },
  allowPositionals: true,
});

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
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

function readBlocks(path) {
  const text = readFileSync(join(root, path), "utf8").replaceAll("http://localhost:8080", values.url);
  const blocks = [];
  for (const [, kind, fails, code] of text.matchAll(
    /^```(sh|ts|json) ci( fails)?\n((?:(?!```).*\n)*)```$/gm,
  )) {
    const name = `${path} block ${blocks.length + 1} (${kind})`;
    const file = join(work, `${path.replace(/\W+/g, "-")}-${blocks.length + 1}.${kind}`);
    blocks.push({ name, kind, fails: fails !== undefined, code, file });
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
  let answer;
  for (const [at, block] of blocks.entries()) {
    let wrong;
    if (block.kind === "json") wrong = differenceOf(JSON.parse(block.code), answer);
    else {
      const { code, output } = block.kind === "sh" ? await shell.run(block) : await runTypeScript(block);
      answer = lastAnswer(output);
      if (code !== 0) wrong = `exit code ${code}\n${output}`;
      else if (block.fails && answer?.type !== "error") wrong = `no error was answered\n${output}`;
    }
    record(block.name, wrong);
    if (!wrong || block.kind === "json") continue;
    for (const { name } of blocks.slice(at + 1)) record(name, "not run");
    break;
  }
  shell.close();
}

/** One bash for a page. It ends with the first command that fails. */
function openShell() {
  const bash = spawn("bash", [], { cwd: root, stdio: ["pipe", "pipe", "inherit"], env: environment() });
  bash.stdin.on("error", () => undefined);
  bash.stdin.write('set -euo pipefail\ncurl() { command curl --silent --show-error $fail "$@" && echo; }\n');
  const ended = new Promise((done) => bash.on("close", (code) => done(code ?? 1)));
  return {
    close: () => bash.stdin.end(),
    async run({ file, fails }) {
      const output = `${file}.out`;
      const finished = new Promise((done) => bash.stdout.once("data", () => done(0)));
      bash.stdin.write(`fail=${fails ? "" : "--fail-with-body"}\nsource ${file} >${output} 2>&1\necho\n`);
      const code = await Promise.race([finished, ended]);
      return { code: code === 0 ? 0 : code || 1, output: readFileSync(output, "utf8") };
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
  return { ...process.env, NO_COLOR: "1" };
}
