/**
 * An endpoint's fields as options, read off the table: `brandId` is --brand-id, custom fields are --custom name=value,
 * channels --channel type=address. What a value may be is not judged here: the endpoint does, and its faults come back
 * under the names of these options.
 */
import { type Endpoint, type FieldFacts, fieldsOf } from "@dossier/api";
import { type Command, Option } from "commander";
import { CommandFailure } from "./exit.ts";

/** Options that every call has; a field of the same name gives way. */
const reserved = [
  "input",
  "json",
  "all",
  "at-most",
  "if-match",
  "idempotency-key",
  "url",
  "key-file",
  "data-dir",
  "help",
];

/** The option of one of an endpoint's fields. */
export function optionName(row: Endpoint, ours: string): string {
  if (ours === "channels") return "--channel";
  const name = ours.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return `--${reserved.includes(name) ? `${row.about.replaceAll(" ", "-")}-` : ""}${name}`;
}

/** The options of every field of an endpoint. */
export function addFieldOptions(command: Command, row: Endpoint): void {
  command.optionsGroup("Fields:");
  for (const field of fieldsOf(row)) for (const option of optionsOf(row, field)) command.addOption(option);
  command.optionsGroup("Options:");
}

function optionsOf(row: Endpoint, field: FieldFacts): Option[] {
  const name = optionName(row, field.ours);
  if (isFlag(field)) return flagOptions(name, field);
  const value =
    field.ours === "custom" ? "name=value" : field.ours === "channels" ? "type=address" : metavar(field);
  const option = new Option(`${name} <${value}>`, textOf(field));
  const many = field.list || field.ours === "channels" || field.ours === "custom";
  return [many ? option.argParser(collect) : option];
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function isFlag({ ours, json }: FieldFacts): boolean {
  return json.type === "boolean" || ours === "getTicketHistory";
}

/** A field that is true or false: --name and --no-name; one that begins with "no" already has the one. */
function flagOptions(name: string, field: FieldFacts): Option[] {
  const yes = new Option(name, textOf(field));
  if (name.startsWith("--no-") || field.json.type !== "boolean") return [yes];
  return [yes, new Option(name.replace(/^--/, "--no-"), "the same, answered no")];
}

/** What of a field's JSON Schema its help tells. */
interface Kind {
  type?: string | string[];
  format?: string;
  enum?: string[];
  maxLength?: number;
  items?: Kind;
}

/** The kind of a field, or of the members of a list. */
function kindOf({ json }: FieldFacts): Kind {
  const kind: Kind = json;
  return kind.items ?? kind;
}

function metavar(field: FieldFacts): string {
  const { type, format, enum: words } = kindOf(field);
  if (words) return words.length <= 5 ? words.join("|") : "word";
  if (format === "date-time") return "time";
  if (format === "uri") return "url";
  return [type].flat().includes("integer") ? "number" : "text";
}

const foldedTexts: Record<string, string> = {
  channels: "An address to add, by the type's name or number: email=ada@example.org",
  custom: "A custom field of the customer: tier=gold; without a value it is cleared in updates",
};

function textOf(field: FieldFacts): string {
  const { enum: words, maxLength } = kindOf(field);
  const many = field.list || field.ours in foldedTexts;
  const notes = [
    field.required && "required",
    many && "may be repeated",
    field.clears && !isFlag(field) && "empty clears",
    maxLength !== undefined && maxLength <= 255 && `up to ${maxLength} characters`,
  ].filter((note) => note !== false);
  const text = (foldedTexts[field.ours] ?? field.description ?? "").replaceAll("`", "");
  const choice = words && words.length > 5 ? `: ${words.join(", ")}` : "";
  const note = notes.length > 0 ? `(${notes.join(", ")})` : "";
  return [text + choice, note].filter((part) => part !== "").join(" ");
}

/** What the options say, by our names; what was not said is not there. */
export function fieldsFrom(row: Endpoint, options: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const field of fieldsOf(row)) {
    const value = valueFrom(optionName(row, field.ours), options);
    if (value === undefined) continue;
    if (field.ours === "channels") fields.channels = pairs("--channel", value, "type=address").map(toChannel);
    else if (field.ours === "custom")
      fields.custom = Object.fromEntries(pairs("--custom", value, "name=value"));
    else fields[field.ours] = value;
  }
  return fields;
}

/** Commander keeps --no-sync as the `sync` that is false. */
function valueFrom(name: string, options: Record<string, unknown>): unknown {
  const bare = name.replace(/^--/, "");
  if (bare.startsWith("no-")) return options[camel(bare.slice(3))] === false ? true : undefined;
  return options[camel(bare)];
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function pairs(option: string, value: unknown, form: string): [string, string][] {
  return (value as string[]).map((one, at) => {
    const mark = one.indexOf("=");
    if (mark > 0) return [one.slice(0, mark), one.slice(mark + 1)];
    throw new CommandFailure(
      "usage",
      `${option} takes ${form}; number ${at + 1} of them has no name before a "=".`,
    );
  });
}

function toChannel([type, address]: [string, string]): { type: string; address: string } {
  return { type, address };
}

/** The option a fault is about, which the endpoint tells in the wire's spelling. */
export function optionOfFault(row: Endpoint, wire: string): string {
  const channel = /^customerChannel(?:Type|Value)_(\d+)$/.exec(wire);
  if (channel) return `--channel (number ${Number(channel[1]) + 1})`;
  if (wire.startsWith("extra_")) return "--channel";
  if (wire.startsWith("custom_")) return `--custom ${wire.slice("custom_".length)}`;
  const header = { "If-Match": "--if-match", "Idempotency-Key": "--idempotency-key" }[wire];
  const field = fieldsOf(row).find((one) => one.wire === wire || one.ours === wire);
  return header ?? (field ? optionName(row, field.ours) : wire);
}
