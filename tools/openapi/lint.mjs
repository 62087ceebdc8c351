// Lints openapi.json with the rules that a linter recommends; a warning fails like an error.
//
// node tools/openapi/lint.mjs redocly|spectral [document]
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const linters = {
  redocly: {
    package: "@redocly/cli",
    rules: "recommended",
    args: (file) => ["lint", "--extends=recommended", "--format=json", file],
    problems: ({ problems }) =>
      problems.map(({ severity, ruleId, message, location: [place] }) => ({
        severity,
        line: `${ruleId}: ${message} ${place?.pointer ?? ""}`,
      })),
  },
  spectral: {
    package: "@stoplight/spectral-cli",
    rules: "spectral:oas",
    args: (file) => ["lint", `--ruleset=${join(here, ".spectral.yaml")}`, "--format=json", "--quiet", file],
    problems: (all) =>
      all.map(({ severity, code, message, path }) => ({
        severity: ["error", "warn", "info", "hint"][severity],
        line: `${code}: ${message} ${path.join(".")}`,
      })),
  },
};

const [name, file = join(here, "../../openapi.json")] = process.argv.slice(2);
const linter = linters[name];
if (!linter) {
  console.error(`Usage: node tools/openapi/lint.mjs ${Object.keys(linters).join("|")} [document]`);
  process.exit(2);
}
const { stdout, stderr, error } = spawnSync(
  join(here, "node_modules", ".bin", name),
  linter.args(resolve(file)),
  {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  },
);
const problems = linter.problems(parse());
for (const { severity, line } of problems) console.error(`${severity} ${line}`);
const { version } = JSON.parse(
  readFileSync(join(here, "node_modules", linter.package, "package.json"), "utf8"),
);
const count = (severity) => problems.filter((one) => one.severity === severity).length;
console.log(
  `${linter.package} ${version}, ${linter.rules}: ${count("error")} errors, ${count("warn")} warnings`,
);
process.exit(problems.length === 0 ? 0 : 1);

/** What the linter reported; whatever is no report is shown as it is. */
function parse() {
  try {
    return JSON.parse(stdout);
  } catch {
    console.error(error?.message ?? `${stdout}\n${stderr}`);
    process.exit(1);
  }
}
