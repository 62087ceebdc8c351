// Test failure summary: which tests failed, and the error of each. `node scripts/failed-tests.mjs <report> <log>`
// prints it: <report> is from vitest's JSON reporter, which has the names, and <log> from its default reporter, which
// has more of an error (differences, timeouts, unhandled errors). If the report has no failure, it prints the end of
// the log.
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const linesOfOne = 12;
const linesOfUnhandled = 25;
const linesOfEnd = 60;
const shown = 10;
const width = 200;

/** The summary, from the path of the JSON report (which may be missing) and the log. */
export function describeFailedTests(report, output) {
  const log = stripVTControlCharacters(output).trimEnd().split("\n");
  const failures = readFailures(report);
  if (failures.length === 0) return log.slice(-linesOfEnd).map(cut).join("\n");
  const details = failures
    .slice(0, shown)
    .map((one) => ["", one.name, ...indent(findSeeds(log, one)), ...indent(findError(log, one))]);
  const unhandled = findUnhandled(log);
  return [
    ...(failures.length > 1 ? failures.map(({ name }) => name) : []),
    ...details.flat(),
    ...(failures.length > shown ? ["", `and ${failures.length - shown} more`] : []),
    ...(unhandled.length > 0 ? ["", ...unhandled.map(cut)] : []),
  ].join("\n");
}

/** Each failed test, and each file that failed as a whole: one that cannot be loaded, or a failed hook. */
function readFailures(report) {
  return readResults(report).flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((result) => result.status === "failed");
    const tests = failed.map(({ ancestorTitles, title, failureMessages }) => ({
      name: [file, ...ancestorTitles, title].join(" > "),
      message: failureMessages.join("\n"),
    }));
    return status === "failed" && (message || failed.length === 0)
      ? [{ name: file, message }, ...tests]
      : tests;
  });
}

function readResults(report) {
  try {
    return JSON.parse(readFileSync(report, "utf8")).testResults;
  } catch {
    return [];
  }
}

/** The log shows an error below one or more lines " FAIL  <project> <file> > <test>", up to a rule. */
function findError(log, { name, message }) {
  const title = name.includes(" > ") ? name : `${name} [ ${name} ]`;
  const at = log.findIndex((line) => isHead(line) && (line.endsWith(` ${name}`) || line.endsWith(title)));
  const below = at < 0 ? message.split("\n") : log.slice(at).filter((line) => !isHead(line));
  const end = below.findIndex((line) => /^⎯{3}/.test(line));
  return below.slice(0, end < 0 ? undefined : end).filter((line) => line.trim() !== "");
}

/** What a random test printed to repeat it, below lines "stdout | <file> > <test>". */
function findSeeds(log, { name }) {
  const [file] = name.split(" > ");
  let isOwn = false;
  return log.filter((line) => {
    if (/^(stdout|stderr) \| /.test(line)) isOwn = line.split(" | ")[1]?.startsWith(file) === true;
    return isOwn && /\b(SEED|HISTORY)=\d/.test(line);
  });
}

function isHead(line) {
  return line.startsWith(" FAIL ");
}

function findUnhandled(log) {
  const from = log.findIndex((line) => /^⎯+ Unhandled Errors /.test(line));
  return from < 0 ? [] : log.slice(from, from + linesOfUnhandled).filter((line) => line.trim() !== "");
}

function indent(lines) {
  const more = lines.length > linesOfOne ? ["…"] : [];
  return [...lines.slice(0, linesOfOne), ...more].map((line) => cut(`  ${line}`));
}

function cut(line) {
  return line.length > width ? `${line.slice(0, width)}…` : line;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [report, log] = process.argv.slice(2);
  console.log(describeFailedTests(report, readFileSync(log, "utf8")));
}
