/**
 * `dossier doctor`: looks an installation over and says what is right, what deserves care, and what is wrong with what
 * to do about it. It changes nothing; a stopped data folder is opened for the time of the look, its lock held.
 */
import type { Command } from "commander";
import { type Config, ConfigRefusal, readConfig, readConfigOf } from "../../config.ts";
import { inspect } from "../../db/inspect.ts";
import { judgeDatabase } from "./database.ts";
import { judgeFolder } from "./folder.ts";
import { judgeMachine, judgeSettings } from "./machine.ts";
import { judgeServer } from "./server.ts";
import { exitCodes, explain, explainDatabase } from "../exit.ts";
import { type Finding, type Level, wrong } from "./finding.ts";
import { addTargetOptions, type Place, placeOf, targetHelp, type TargetOptions } from "../target/target.ts";
import { type Opened, openFolder, openGiven } from "../target/local.ts";
import { paintFor, print, say } from "../terminal.ts";
import { fit, widthOf } from "../output/text-width.ts";

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
Ends with 0 if nothing is wrong (what deserves care is not wrong), else with 1.

Examples:
  dossier doctor
  dossier doctor --data-dir /var/lib/dossier
  dossier doctor --url https://crm.example.org --key-file key.txt
${targetHelp}`,
    )
    .action(examine);
}

async function examine(options: TargetOptions & { json?: true }): Promise<void> {
  const findings = await judge(options);
  const isWrong = findings.some(({ level }) => level === "wrong");
  process.exitCode = isWrong ? exitCodes.failed : exitCodes.ok;
  if (options.json) return print(JSON.stringify({ ok: !isWrong, findings }));
  print(linesOf(findings).join("\n"));
  say(`\n${summaryOf(findings)}`);
}

async function judge(options: TargetOptions): Promise<Finding[]> {
  const machine = judgeMachine();
  let place: Place;
  try {
    place = placeOf(options);
    if (place.kind === "url") return [...machine, ...(await judgeServer(place.url, options))];
    const config = place.kind === "folder" ? readConfigOf(place.dataDir) : readConfig();
    return [...machine, ...judgeSettings(config), ...(await judgeData(place.kind, config))];
  } catch (error) {
    if (!(error instanceof ConfigRefusal)) throw error;
    return [...machine, ...error.faults.map((fault) => wrong("settings", fault))];
  }
}

async function judgeData(kind: "folder" | "database", config: Config): Promise<Finding[]> {
  if (kind === "database") return look(() => openGiven(config), "given", "DATABASE_URL");
  const { findings, isThere } = await judgeFolder(config);
  return isThere ? [...findings, ...(await look(() => openFolder(config), "own", "database"))] : findings;
}

async function look(
  open: () => Opened | Promise<Opened>,
  whose: "own" | "given",
  subject: string,
): Promise<Finding[]> {
  let opened: Opened | undefined;
  try {
    opened = await open();
    return judgeDatabase(await inspect(opened.db.pool), whose);
  } catch (error) {
    const text = (whose === "given" && explainDatabase(error)) || explain(error);
    return [wrong(subject, text)];
  } finally {
    await opened?.close();
  }
}

const marks: Record<Level, ["✓" | "!" | "✗", "green" | "yellow" | "red"]> = {
  ok: ["✓", "green"],
  careful: ["!", "yellow"],
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

function wrap(text: string, room: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (widthOf(line) + 1 + widthOf(word) <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function summaryOf(findings: readonly Finding[]): string {
  const paint = paintFor(process.stderr);
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const care =
    count("careful") > 0
      ? ` ${count("careful")} ${count("careful") === 1 ? "deserves" : "deserve"} care.`
      : "";
  if (count("wrong") > 0) return paint("red", `${count("wrong")} of ${findings.length} wrong.`) + care;
  return paint("green", "Nothing is wrong.") + care;
}
