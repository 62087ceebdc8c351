// Result count: sums up what .ci/run recorded and prints the final line. The exit code is 1 if something failed, or
// nothing passed. A suite that was interrupted, or exited with an error although every test passed, is a failure.
import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  const [, kind, code, subject] = /^(\w+) (\d+) (.*)$/.exec(line);
  if (kind === "suite") countSuite(subject, Number(code));
  else if (kind === "check") countCheck(subject);
  else countStep(subject, code === "0");
}
for (const name of failures) console.log(`failed: ${name}`);
if (total.skipped > 0) console.log(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function countStep(name, ok) {
  total[ok ? "passed" : "failed"] += 1;
  if (!ok) failures.push(name);
}

/** The steps of `npm run check`; its step "tests" counts as the tests it ran, quick and thorough. */
function countCheck(folder) {
  const steps = readJson(`${folder}/check.json`);
  if (!Array.isArray(steps)) return countStep("check broke off", false);
  for (const { name, ok } of steps) {
    if (name === "tests") countTests(folder, ok);
    else countStep(`check: ${name}`, ok);
  }
}

/** The step itself is the failure if it failed without a failed test. */
function countTests(folder, ok) {
  const failedBefore = total.failed;
  countSuite(`${folder}/tests.json`, 0);
  countSuite(`${folder}/thorough.json`, 0);
  if (!ok && total.failed === failedBefore) countStep("the tests ended badly", false);
}

function countSuite(path, code) {
  const report = readJson(path);
  if (!report) return countStep(`${path} is missing: the suite broke off`, false);
  total.passed += report.numPassedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  const failedBefore = total.failed;
  for (const { name, status, assertionResults } of report.testResults) {
    const failed = assertionResults.filter((result) => result.status === "failed");
    for (const { fullName } of failed) countStep(fullName, false);
    if (status === "failed" && failed.length === 0) countStep(`${name} as a whole`, false);
  }
  if (code !== 0 && total.failed === failedBefore) countStep("the suite ended badly", false);
  if (report.numPassedTests === 0) countStep("no test passed", false);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
