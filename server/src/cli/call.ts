/**
 * `dossier call <noun.verb>`: every endpoint as a command, made from the table. The fields are options; the answer is
 * a table or a record for people, and with --json what the server answered, unchanged.
 */
import { keepsAnswer, rows, tagTexts, type Endpoint } from "@dossier/api";
import { Argument, type Command, CommanderError } from "commander";
import { ask } from "./call-endpoint.ts";
import { exampleOf } from "./example.ts";
import { CommandFailure } from "./exit.ts";
import { addFieldOptions, fieldsFrom, optionName } from "./fields.ts";
import { answerLines } from "./output/format.ts";
import { addTargetOptions, type Target, targetHelp, type TargetOptions, withTarget } from "./target/target.ts";
import { columnsOf, paintFor, print, readText, say } from "./terminal.ts";
import { harmless } from "./output/text-width.ts";
import { isList, mostItems, walk } from "./paginate.ts";

interface CallOptions extends TargetOptions {
  input?: string;
  json?: true;
  ifMatch?: string;
  idempotencyKey?: string;
  all?: true;
  atMost?: string;
}

/** Adds `call` with a command for each endpoint. */
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
    print(listing());
    throw new CommanderError(0, "dossier.list", "");
  });
  for (const { name, row } of rows()) call.command(name).summary(row.summary);
  call.hook("preSubcommand", (_, command) => complete(command));
}

/** The options of the one command that is called: those of all would cost a fifth of every start. */
function complete(command: Command): void {
  const name = command.name();
  const row = rows().find((one) => one.name === name)?.row;
  if (!row) throw new Error(`There is no endpoint ${name}.`);
  command.description(describe(row));
  if ("id" in row.input.shape)
    command.addArgument(new Argument("[id]", `the ${row.about}, in place of --id`));
  addFieldOptions(command, row);
  command
    .option(
      "--input <file>",
      "fields as one JSON object, from a file or - for standard input; options count before them",
    )
    .option("--json", "print the answer as it came");
  if (isList(row))
    command
      .option("--all", "walk through every page; with --json one item a line")
      .option("--at-most <number>", `end after so many items (with --all; else ${mostItems})`);
  if (row.ifMatch) command.option("--if-match <version>", "only if the customer still has this version");
  if (keepsAnswer(row))
    command.option("--idempotency-key <text>", "repeated with the same key within 24 hours, it is done once");
  addTargetOptions(command)
    .addHelpText("after", `\nExample:\n  ${exampleOf(name, row)}\n${targetHelp}`)
    .action(async (...given: unknown[]) => {
      const options = command.opts<CallOptions>();
      const id = "id" in row.input.shape ? (given[0] as string | undefined) : undefined;
      const fields = gather(row, options, id);
      await withTarget(options, (target) => perform(target, name, row, fields, options));
    });
}

function describe(row: Endpoint): string {
  const needs = (row.needs ?? []).map(
    ({ anyOf }) => `Needs ${anyOf.map((ours) => optionName(row, ours)).join(" or ")}.`,
  );
  const right = row.permission === "any" ? "Any key may." : `Permission: ${row.permission}.`;
  const text = [row.description, ...needs, right].filter(Boolean).join(" ").replaceAll("`", "");
  return `${row.summary}.\n\n${text}`;
}

/** From the file, then the options, which count before it, then the argument. */
function gather(row: Endpoint, options: CallOptions, id: string | undefined): Record<string, unknown> {
  const said = fieldsFrom(row, options as Record<string, unknown>);
  if (id !== undefined && said.id !== undefined && said.id !== id)
    throw new CommandFailure("usage", `The argument says ${id}, and --id something else. Leave one out.`);
  const file = options.input === undefined ? {} : readObject(options.input);
  const fields: Record<string, unknown> = { ...file, ...said, ...(id === undefined ? {} : { id }) };
  if (file.custom && said.custom) fields.custom = { ...file.custom, ...said.custom };
  const isNamed = typeof fields.id === "number" || (typeof fields.id === "string" && fields.id.trim() !== "");
  if (isNamed || !("id" in row.input.shape)) return fields;
  throw new CommandFailure("usage", `Which ${row.about}? Name its id: as the argument, or with --id.`);
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

async function perform(
  target: Target,
  name: string,
  row: Endpoint,
  fields: Record<string, unknown>,
  options: CallOptions,
): Promise<void> {
  const json = options.json === true;
  if (options.all || options.atMost !== undefined) return walk(target, name, row, fields, options);
  const { ifMatch, idempotencyKey } = options;
  const reply = await ask(target, name, { row, fields, ifMatch, idempotencyKey }, { json });
  if (json) return print(reply.text);
  if (typeof reply.body.message === "string")
    say(paintFor(process.stderr)("green", harmless(reply.body.message)));
  if (reply.replayed) say("This is the answer of an earlier call with the same --idempotency-key.");
  const { lines, talk } = answerLines(reply.body, columnsOf(process.stdout), paintFor(process.stdout));
  if (lines.length > 0) print(lines.join("\n"));
  for (const line of talk) say(paintFor(process.stderr)("dim", line));
}

/** Every endpoint, noun by noun. */
function listing(): string {
  const paint = paintFor(process.stdout);
  const all = rows();
  const width = Math.max(...all.map(({ name }) => name.length));
  const right = Math.max(...all.map(({ row }) => row.permission.length));
  const nouns = [...new Set(all.map(({ name }) => name.split(".")[0] ?? ""))];
  return nouns
    .map((noun) => {
      const lines = all
        .filter(({ name }) => name.startsWith(`${noun}.`))
        .map(({ name, row }) => {
          const may = row.permission === "any" ? "any key" : row.permission;
          return `  ${paint("cyan", name.padEnd(width))}  ${paint("dim", may.padEnd(right))}  ${row.summary}`;
        });
      return [paint("bold", tagTexts[noun] ?? noun), ...lines].join("\n");
    })
    .join("\n\n");
}
