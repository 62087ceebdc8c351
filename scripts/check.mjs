// `npm run check`: runs every check of the tree, one line per step, with details only of failures. `npm run check --
// lint typecheck` runs only those steps. `--report <folder>` also writes the results there: check.json (steps and
// seconds), and vitest's JSON reports of the quick and the thorough tests.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkLockFiles } from "./check-lock-file.mjs";
import { errorsPage, errorsPath } from "./errors-page.mjs";
import { describeFailedTests } from "./failed-tests.mjs";
import { staleClientTypes } from "./client-types.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  options: { report: { type: "string", default: join(root, ".cache", "check") } },
  allowPositionals: true,
});
const report = resolve(values.report);
/** The two suites: what `npm test` runs, and `npm run test:thorough`. */
const suites = [
  { report: join(report, "tests.json"), projects: ["api", "console", "server"] },
  { report: join(report, "thorough.json"), projects: ["thorough"] },
];

/** The most files of a folder. */
const maxFiles = 25;

/** A fault of the tree whose message is complete (other errors are shown with their stack). */
class Wrong extends Error {}

/** A program failed: its exit status and its output. */
class Failure extends Wrong {
  constructor(ending, output) {
    super(`${ending}\n${output}`);
    Object.assign(this, { ending, output });
  }
}

/** Each step returns the text of its line, or throws its fault. */
const steps = {
  format: () => run("biome", "format", "."),
  lint: () => run("oxlint", "--type-aware", "--deny-warnings"),
  // The native compiler, which oxlint runs for its rules too: it takes less time than tsc.
  typecheck: () =>
    run(
      "oxlint",
      "--type-aware",
      "--type-check",
      "--allow",
      "all",
      "--report-unused-disable-directives-severity=allow",
    ),
  "dead code": () => run("knip", "--no-config-hints"),
  size: checkSize,
  "lock file": checkLock,
  openapi: checkOpenapi,
  "errors page": checkErrorsPage,
  "client types": checkClientTypes,
  tests: runTests,
};

const chosen = positionals.length > 0 ? positionals : Object.keys(steps);
const unknown = chosen.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(", ")}. There are: ${Object.keys(steps).join(", ")}.`);
  process.exit(2);
}
mkdirSync(report, { recursive: true });
for (const suite of suites) rmSync(suite.report, { force: true });
const results = [];
for (const name of chosen) results.push(await perform(name, steps[name]));
writeFileSync(join(report, "check.json"), JSON.stringify(results, null, 2));

const failed = results.filter((result) => !result.ok);
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
console.log("");
for (const { name, ok, seconds: took } of results) {
  console.log(`${ok ? "ok    " : "FAILED"} ${name.padEnd(12)} ${took.toFixed(1).padStart(6)} s`);
}
console.log(
  `${failed.length === 0 ? "Everything is fine" : `${failed.length} failed`}, ${seconds.toFixed(1)} s.`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function perform(name, step) {
  const start = performance.now();
  const outcome = await Promise.resolve()
    .then(step)
    .then(
      (words) => ({ ok: true, words: words ?? "" }),
      (error) => ({ ok: false, words: error instanceof Wrong ? error.message : error.stack }),
    );
  const took = (performance.now() - start) / 1000;
  console.log(`${outcome.ok ? "ok    " : "FAILED"} ${name}${outcome.words ? `: ${outcome.words}` : ""}`);
  return { name, ok: outcome.ok, seconds: took };
}

/** Runs a program of node_modules/.bin quietly; if it fails, its output becomes the error. */
async function run(program, ...args) {
  await execute(join(root, "node_modules", ".bin", program), args);
}

function execute(command, args) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    const stdout = [];
    child.stdout.on("data", (part) => {
      output.push(part);
      stdout.push(part);
    });
    child.stderr.on("data", (part) => output.push(part));
    child.on("error", fail);
    child.on("close", (code, signal) => {
      if (code === 0) return done(Buffer.concat(stdout).toString());
      fail(new Failure(signal ?? `exit code ${code}`, Buffer.concat(output).toString().trimEnd()));
    });
  });
}

function checkLock() {
  const { wrong, count } = checkLockFiles(root);
  if (wrong.length > 0) throw new Wrong(wrong.join("\n"));
  return `${count} packages`;
}

/** A file has at most 400 lines, and 300 are long; a folder has at most 25 files, generated ones too. */
function checkSize() {
  const files = ["api", "bench", "console", "proof", "scripts", "server"].flatMap((part) =>
    readdirSync(join(root, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\/(node_modules|dist)(\/|$)/.test(entry.parentPath))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  const counts = new Map();
  for (const folder of files.map(dirname)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  const full = [...counts].filter(([, count]) => count > maxFiles);
  const sources = files.filter((name) => /\.tsx?$/.test(name) && /^(api|server|console)\//.test(name));
  const long = sources
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > 300);
  const words = long.map(({ file, lines }) => `${file} has ${lines} lines`);
  if (full.length > 0) {
    const lines = full.map(([folder, count]) => `${folder} has ${count} files`);
    throw new Wrong(`over ${maxFiles} files are too many for a folder\n${lines.join("\n")}`);
  }
  if (long.some(({ lines }) => lines > 400))
    throw new Wrong(`over 400 lines is too long\n${words.join("\n")}`);
  return words.length > 0 ? `long: ${words.join(", ")}` : `${sources.length} files`;
}

/** The committed document must equal the generated one. (A test of `api` checks that it is valid.) */
async function checkOpenapi() {
  const made = await execute(process.execPath, ["scripts/run.mjs", "openapi"]);
  const path = join(root, "openapi.json");
  if (!existsSync(path) || readFileSync(path, "utf8") !== made) {
    throw new Wrong("openapi.json is not what the code says: run `npm run openapi`");
  }
}

async function checkErrorsPage() {
  if (readFileSync(errorsPath, "utf8") !== (await errorsPage())) {
    throw new Wrong("docs/errors.md is not what the code says: run `npm run errors-page`");
  }
}

/** The committed interfaces of the client must equal the generated ones. */
async function checkClientTypes() {
  const stale = await staleClientTypes();
  if (stale.length > 0)
    throw new Wrong(
      `api/src/client/generated is not what the table says: run \`npm run client-types\`\n${stale.join("\n")}`,
    );
}

/** Runs both suites, even if the first one fails. */
async function runTests() {
  const outcomes = [];
  for (const suite of suites) outcomes.push(await runSuite(suite));
  const wrong = outcomes.flatMap((outcome) => outcome.wrong ?? []);
  if (wrong.length > 0) throw new Wrong(wrong.join("\n"));
  const sum = (name) => outcomes.reduce((total, outcome) => total + outcome[name], 0);
  return `${sum("passed")} passed, ${sum("skipped")} skipped, in ${sum("files")} files`;
}

async function runSuite(suite) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${suite.report}`];
  const projects = suite.projects.flatMap((name) => ["--project", name]);
  try {
    await run("vitest", "run", ...projects, ...reporters);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { wrong: `${error.ending}\n${describeFailedTests(suite.report, error.output)}` };
  }
  const { numPassedTests, numPendingTests, testResults } = JSON.parse(readFileSync(suite.report, "utf8"));
  return { passed: numPassedTests, skipped: numPendingTests, files: testResults.length };
}
