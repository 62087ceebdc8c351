/**
 * `dossier doctor`: checks an installation and prints each finding, with advice for warnings and errors. It changes
 * nothing; a stopped data folder is opened under its lock for the duration of the check.
 */
import type { Command } from "commander";
import { assertKnownSettings, type Config, ConfigError, readConfig, readConfigFor } from "../../config.ts";
import { type DatabaseAddress, parseDatabaseAddress } from "../../config/database-address.ts";
import { assertRestored } from "../../db/migrate.ts";
import { inspect } from "../../db/inspect.ts";
import { checkBackups } from "../../service/checks/backups.ts";
import { checkDatabase } from "../../service/checks/database.ts";
import { type Finding, type Level, wrong } from "../../service/checks/finding.ts";
import { checkMachine, checkSettings } from "../../service/checks/machine.ts";
import { checkSecret } from "../../service/checks/secret.ts";
import { checkFolder } from "./folder.ts";
import { checkServer } from "./server.ts";
import { exitCodes, describeError, describeDatabaseError } from "../exit.ts";
import {
  addTargetOptions,
  type TargetSpec,
  resolveTarget,
  targetHelp,
  type TargetOptions,
} from "../target/target.ts";
import { type OpenedDatabase, openFolder, openConfigured } from "../target/local.ts";
import { paintFor, printResult, printMessage } from "../terminal.ts";
import { fit, widthOf, wrap } from "../output/text-width.ts";

/** Adds `doctor`. */
export function addDoctor(program: Command): void {
  const doctor = program
    .command("doctor")
    .description("look an installation over: what is right, and what to do about what is not")
    .option("--json", "print one JSON object with every finding");
  addTargetOptions(doctor)
    .addHelpText(
      "after",
      `
Exit code 0 if there are no errors (warnings are fine), else 1.

Examples:
  dossier doctor
  dossier doctor --data-dir /var/lib/dossier
  dossier doctor --url https://crm.example.org --key-file key.txt
${targetHelp}`,
    )
    .action(runDoctor);
}

async function runDoctor(options: TargetOptions & { json?: true }): Promise<void> {
  const findings = await runChecks(options);
  const isWrong = findings.some(({ level }) => level === "wrong");
  process.exitCode = isWrong ? exitCodes.failed : exitCodes.ok;
  if (options.json) return printResult(JSON.stringify({ ok: !isWrong, findings }));
  printResult(linesOf(findings).join("\n"));
  printMessage(`\n${summaryOf(findings)}`);
}

async function runChecks(options: TargetOptions): Promise<Finding[]> {
  const machine = checkMachine();
  let target: TargetSpec;
  try {
    target = resolveTarget(options);
    if (target.kind === "url") {
      assertKnownSettings();
      return [...machine, ...(await checkServer(target.url, options))];
    }
    const config = target.kind === "folder" ? readConfigFor(target.dataDir) : readConfig();
    const data = await checkData(target.kind, config);
    return [...machine, ...checkSettings(config), ...data, ...(await checkBackups(config))];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...machine, ...error.faults.map((fault) => wrong("settings", fault))];
  }
}

async function checkData(kind: "folder" | "database", config: Config): Promise<Finding[]> {
  if (kind === "database") {
    const address = parseDatabaseAddress(config.databaseUrl ?? "");
    return inspectDatabase(config, () => openConfigured(config), "DATABASE_URL", address);
  }
  const { findings, isThere } = await checkFolder(config);
  return isThere
    ? [...findings, ...(await inspectDatabase(config, () => openFolder(config), "database"))]
    : findings;
}

async function inspectDatabase(
  config: Config,
  open: () => OpenedDatabase | Promise<OpenedDatabase>,
  subject: string,
  address?: DatabaseAddress,
): Promise<Finding[]> {
  let opened: OpenedDatabase | undefined;
  try {
    opened = await open();
    await assertRestored(opened.db.pool);
    const inspection = await inspect(opened.db);
    const isCurrent = inspection.migrations.missing.length + inspection.migrations.unknown.length === 0;
    const secrets = isCurrent ? await checkSecret(opened.db, config) : [];
    return [...checkDatabase(inspection, address), ...secrets];
  } catch (error) {
    const text = (address && describeDatabaseError(error)) || describeError(error);
    return [wrong(subject, text)];
  } finally {
    await opened?.close();
  }
}

const marks: Record<Level, ["✓" | "!" | "✗", "green" | "yellow" | "red"]> = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  wrong: ["✗", "red"],
};

function linesOf(findings: readonly Finding[]): string[] {
  const paint = paintFor(process.stdout);
  const width = Math.max(...findings.map(({ subject }) => widthOf(subject)));
  const indent = " ".repeat(width + 4);
  const room = (process.stdout.isTTY ? process.stdout.columns : 100) - indent.length;
  return findings.flatMap(({ level, subject, found, advice }) => {
    const [mark, color] = marks[level];
    const [first = "", ...rest] = wrap(found, room);
    const more = advice === undefined ? [] : wrap(`→ ${advice}`, room).map((line) => paint(color, line));
    return [
      `${paint(color, mark)} ${paint("bold", fit(subject, width))}  ${first}`,
      ...[...rest, ...more].map((line) => indent + line),
    ];
  });
}

function summaryOf(findings: readonly Finding[]): string {
  const paint = paintFor(process.stderr);
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const warnings = count("warning");
  const more = warnings > 0 ? ` ${warnings} ${warnings === 1 ? "warning" : "warnings"}.` : "";
  if (count("wrong") > 0) return paint("red", `${count("wrong")} of ${findings.length} wrong.`) + more;
  return paint("green", "No errors.") + more;
}
