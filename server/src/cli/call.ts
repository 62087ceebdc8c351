/**
 * `dossier call <noun.verb>`: every endpoint as a command, generated from the table. Fields are options. The output is
 * a table or a record, or what `--output` says. What cannot be undone is asked about first.
 */
import {
  acceptsIdempotencyKey,
  lostBy,
  requiredPermission,
  rows,
  tagTexts,
  type Endpoint,
} from "@dossier/api";
import { Argument, type Command, CommanderError } from "commander";
import { callEndpoint } from "./call-endpoint.ts";
import { addConfirmOption, confirm, type ConfirmOptions } from "./confirm.ts";
import { exampleOf } from "./example.ts";
import { CommandFailure } from "./exit.ts";
import { addFieldOptions, fieldsFrom, optionName } from "./fields.ts";
import { addOutputOptions, isJson, outputOf, type OutputOptions, printAnswer } from "./output/output.ts";
import { cut, sanitise } from "./output/text-width.ts";
import {
  addTargetOptions,
  targetName,
  type Target,
  targetHelp,
  type TargetOptions,
} from "./target/target.ts";
import { withTarget } from "./target/open.ts";
import { paintFor, printResult, readText, terminalWidth } from "./terminal.ts";
import { isList, defaultLimit, paginate } from "./paginate.ts";

interface CallOptions extends TargetOptions, OutputOptions, ConfirmOptions {
  input?: string;
  ifMatch?: string;
  idempotencyKey?: string;
  all?: true;
  limit?: string;
}

/** The endpoints that are called and answer; a stream of events is watched by programs. */
function calledRows(): ReturnType<typeof rows> {
  return rows().filter(({ row }) => !row.stream);
}

/** Adds `call` with one subcommand per endpoint. */
export function addCall(program: Command): void {
  const call = program
    .command("call")
    .description("call any endpoint of the API: `dossier call --list` shows them")
    .usage("<noun.verb> [options]")
    .option("--list", "show every endpoint with the permission it needs")
    .addHelpText(
      "after",
      `
Examples:
  dossier call --list
  dossier call customer.resolve --help
  dossier call customer.list --query lovelcae
  dossier call customer.find 7 --json`,
    );
  call.on("option:list", () => {
    printResult(endpointList());
    throw new CommanderError(0, "dossier.list", "");
  });
  for (const { name, row } of calledRows()) call.command(name).summary(row.summary);
  call.hook("preSubcommand", (_, command) => addOptionsOf(command));
}

/** Adds the options of the called subcommand only: those of all would add a fifth to every start. */
export function addOptionsOf(command: Command): void {
  const name = command.name();
  const row = calledRows().find((one) => one.name === name)?.row;
  if (!row) throw new Error(`There is no endpoint ${name}.`);
  command.description(describe(row));
  if ("id" in row.input.shape)
    command.addArgument(new Argument("[id]", `the ${row.entity}, in place of --id`));
  addFieldOptions(command, row);
  command.option(
    "--input <file>",
    "fields as one JSON object, from a file or - for standard input; options count before them",
  );
  addOutputOptions(command, name);
  if (row.undo && "loses" in row.undo) addConfirmOption(command);
  if (isList(row))
    command
      .option("--all", "walk through every page")
      .option("--limit <number>", `end after so many items (with --all; else ${defaultLimit})`);
  if (row.ifMatch) command.option("--if-match <version>", "only if the customer still has this version");
  if (acceptsIdempotencyKey(row))
    command.option("--idempotency-key <text>", "repeated with the same key within 24 hours, it is done once");
  addTargetOptions(command)
    .addHelpText("after", `\nExample:\n  ${exampleOf(name, row)}\n${targetHelp}`)
    .action(async (...given: unknown[]) => {
      const options = command.opts<CallOptions>();
      const id = "id" in row.input.shape ? (given[0] as string | undefined) : undefined;
      const fields = splitFields(row, collectFields(row, options, id));
      checkOptions(name, options);
      await confirmLoss(name, row, fields.input, options);
      await withTarget(options, (target) => runCall(target, name, fields, options));
    });
}

function describe(row: Endpoint): string {
  const needs = (row.needs ?? []).map(
    ({ anyOf }) => `Needs ${anyOf.map((ours) => optionName(row, ours)).join(" or ")}.`,
  );
  const needed = requiredPermission(row);
  const right = needed === undefined ? "Any key may." : `Permission: ${needed}.`;
  const text = [row.description, ...needs, right].filter(Boolean).join(" ").replaceAll("`", "");
  return `${row.summary}.\n\n${text}`;
}

/** Merges the fields: options override the file, and the argument is the id. */
function collectFields(row: Endpoint, options: CallOptions, id: string | undefined): Record<string, unknown> {
  const given = fieldsFrom(row, options as Record<string, unknown>);
  if (id !== undefined && given.id !== undefined && given.id !== id)
    throw new CommandFailure("usage", `The argument says ${id}, and --id something else. Leave one out.`);
  const file = options.input === undefined ? {} : readObject(options.input);
  const fields: Record<string, unknown> = { ...file, ...given, ...(id === undefined ? {} : { id }) };
  if (file.custom && given.custom) fields.custom = { ...file.custom, ...given.custom };
  const isNamed = typeof fields.id === "number" || (typeof fields.id === "string" && fields.id.trim() !== "");
  if (isNamed || !("id" in row.input.shape)) return fields;
  throw new CommandFailure("usage", `Which ${row.entity}? Name its id: as the argument, or with --id.`);
}

function readObject(path: string): Record<string, unknown> {
  const text = readText(path, "--input");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new CommandFailure("usage", `--input is not JSON: ${(error as Error).message}`);
  }
  throw new CommandFailure("usage", '--input must be one JSON object, such as {"brandId": 1}.');
}

interface SplitFields {
  input: Record<string, unknown>;
  wireFields: Record<string, unknown>;
}

/** Separates our names from others, which may be wire names. */
function splitFields(row: Endpoint, fields: Record<string, unknown>): SplitFields {
  const isOurs = ([name]: [string, unknown]) => name in row.input.shape;
  const entries = Object.entries(fields);
  return {
    input: Object.fromEntries(entries.filter(isOurs)),
    wireFields: Object.fromEntries(entries.filter((one) => !isOurs(one))),
  };
}

async function runCall(
  target: Target,
  name: string,
  { input, wireFields }: SplitFields,
  options: CallOptions,
): Promise<void> {
  const { all, limit, ifMatch, idempotencyKey } = options;
  if (all || limit !== undefined) return paginate(target, name, input, { ...options, wireFields });
  const output = outputOf(options, name);
  const report = { json: isJson(output) };
  printAnswer(
    await callEndpoint(target, name, input, report, { ifMatch, idempotencyKey, wireFields }),
    output,
  );
}

/** Refuses options that make no sense before anything is opened or asked. */
function checkOptions(name: string, { idempotencyKey, ...options }: CallOptions): void {
  outputOf(options, name);
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]+$/.test(idempotencyKey))
    throw new CommandFailure("usage", "--idempotency-key must be visible ASCII characters, without blanks.");
}

/** Asks before a call that loses something for good. */
async function confirmLoss(
  name: string,
  row: Endpoint,
  input: Record<string, unknown>,
  options: CallOptions,
): Promise<void> {
  const loses = lostBy(row, input);
  if (loses === undefined) return;
  const { id } = input as { id?: string | number };
  const what = id === undefined ? name : `${name} ${sanitise(String(id))}`;
  await confirm(options, { what, loses, place: targetName(options) });
}

/** The list of all endpoints, by noun; a narrow terminal leaves out the permissions. */
function endpointList(): string {
  const paint = paintFor(process.stdout);
  const room = terminalWidth(process.stdout);
  const all = calledRows();
  const width = Math.max(...all.map(({ name }) => name.length));
  const right = room < 70 ? 0 : Math.max(...all.map(({ row }) => row.permission.length)) + 2;
  const nouns = [...new Set(all.map(({ name }) => name.split(".")[0] ?? ""))];
  const lineOf = ({ name, row }: (typeof all)[number]) => {
    const may = (row.permission === "any" ? "any key" : row.permission).padEnd(right).slice(0, right);
    const summary = cut(row.summary, room - width - right - 4);
    return `  ${paint("cyan", name.padEnd(width))}  ${paint("dim", may)}${summary}`;
  };
  return nouns
    .map((noun) => {
      const lines = all.filter(({ name }) => name.startsWith(`${noun}.`)).map(lineOf);
      return [paint("bold", cut(tagTexts[noun] ?? noun, room)), ...lines].join("\n");
    })
    .join("\n\n");
}
