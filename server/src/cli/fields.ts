/**
 * Field options: the fields of an endpoint as command-line options, derived from the table. `brandId` is --brand-id,
 * custom fields are --custom name=value, channels --channel type=address. Values are not validated here: the endpoint
 * does that, and its faults are reported under these option names.
 */
import { builtinTypes, type Endpoint, type FieldDescription, fieldsOf } from "@dossier/api";
import { type Command, Option } from "commander";
import { withWords } from "./completion/words.ts";
import { CommandFailure } from "./exit.ts";

/** Options of every call; a field of the same name gets another option name. */
const reserved = [
  "input",
  "json",
  "output",
  "columns",
  "yes",
  "all",
  "limit",
  "if-match",
  "idempotency-key",
  "url",
  "key-file",
  "data-dir",
  "help",
];

/** The option of a field. */
export function optionName(row: Endpoint, ours: string): string {
  if (ours === "channels") return "--channel";
  const name = ours.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return `--${reserved.includes(name) ? `${row.entity.replaceAll(" ", "-")}-` : ""}${name}`;
}

/** Adds an option for every field of an endpoint. */
export function addFieldOptions(command: Command, row: Endpoint): void {
  command.optionsGroup("Fields:");
  for (const field of fieldsOf(row)) for (const option of optionsOf(row, field)) command.addOption(option);
  command.optionsGroup("Options:");
}

function optionsOf(row: Endpoint, field: FieldDescription): Option[] {
  const name = optionName(row, field.inputName);
  if (isFlag(field)) return flagOptions(name, field);
  const value =
    field.inputName === "custom"
      ? "name=value"
      : field.inputName === "channels"
        ? "type=address"
        : metavar(field);
  const option = new Option(`${name} <${value}>`, helpTextOf(field));
  const many = field.list || field.inputName === "channels" || field.inputName === "custom";
  const words =
    field.inputName === "channels" ? builtinTypes.map((type) => `${type.name}=`) : fieldSchemaOf(field).enum;
  if (words) withWords(option, words);
  return [many ? option.argParser(collect) : option];
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function isFlag({ inputName, json }: FieldDescription): boolean {
  return json.type === "boolean" || inputName === "getTicketHistory";
}

/** Boolean fields: --name and --no-name; a field that begins with "no" has only the latter. */
function flagOptions(name: string, field: FieldDescription): Option[] {
  const yes = new Option(name, helpTextOf(field));
  if (name.startsWith("--no-") || field.json.type !== "boolean") return [yes];
  return [yes, new Option(name.replace(/^--/, "--no-"), "the same, answered no")];
}

/** The parts of a field's JSON Schema that its help shows. */
interface FieldSchema {
  type?: string | string[];
  format?: string;
  enum?: string[];
  maxLength?: number;
  items?: FieldSchema;
}

/** The schema of a field, or of the members of a list. */
function fieldSchemaOf({ json }: FieldDescription): FieldSchema {
  const kind: FieldSchema = json;
  return kind.items ?? kind;
}

function metavar(field: FieldDescription): string {
  const { type, format, enum: words } = fieldSchemaOf(field);
  if (words) return words.length <= 5 ? words.join("|") : "word";
  if (format === "date-time") return "time";
  if (format === "uri") return "url";
  return [type].flat().includes("integer") ? "number" : "text";
}

const groupedFieldTexts: Record<string, string> = {
  channels: "An address to add, by the type's name or number: email=ada@example.org",
  custom: "A custom field of the customer: tier=gold; without a value it is cleared in updates",
};

function helpTextOf(field: FieldDescription): string {
  const { enum: words, maxLength } = fieldSchemaOf(field);
  const many = field.list || field.inputName in groupedFieldTexts;
  const notes = [
    field.required && "required",
    many && "may be repeated",
    field.clears && !isFlag(field) && "empty clears",
    maxLength !== undefined && maxLength <= 255 && `up to ${maxLength} characters`,
  ].filter((note) => note !== false);
  const text = (groupedFieldTexts[field.inputName] ?? field.description ?? "").replaceAll("`", "");
  const choice = words && words.length > 5 ? `: ${words.join(", ")}` : "";
  const note = notes.length > 0 ? `(${notes.join(", ")})` : "";
  return [text + choice, note].filter((part) => part !== "").join(" ");
}

/** The values of the given options, by our field names. */
export function fieldsFrom(row: Endpoint, options: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const field of fieldsOf(row)) {
    const value = valueFrom(optionName(row, field.inputName), options);
    if (value === undefined) continue;
    if (field.inputName === "channels")
      fields.channels = pairs("--channel", value, "type=address").map(toChannel);
    else if (field.inputName === "custom")
      fields.custom = Object.fromEntries(pairs("--custom", value, "name=value"));
    else fields[field.inputName] = value;
  }
  return fields;
}

/** Commander stores --no-sync as `sync: false`. */
function valueFrom(name: string, options: Record<string, unknown>): unknown {
  const bare = name.replace(/^--/, "");
  if (bare.startsWith("no-")) return options[camel(bare.slice(3))] === false ? true : undefined;
  return options[camel(bare)];
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function pairs(option: string, value: unknown, format: string): [string, string][] {
  return (value as string[]).map((one, at) => {
    const mark = one.indexOf("=");
    if (mark > 0) return [one.slice(0, mark), one.slice(mark + 1)];
    throw new CommandFailure(
      "usage",
      `${option} takes ${format}; number ${at + 1} of them has no name before a "=".`,
    );
  });
}

function toChannel([type, address]: [string, string]): { type: string; address: string } {
  return { type, address };
}

/** The option that a fault belongs to, by the wire name of its field. */
export function optionOfFault(row: Endpoint, wire: string): string {
  const channel = /^customerChannel(?:Type|Value)_(\d+)$/.exec(wire);
  if (channel) return `--channel (number ${Number(channel[1]) + 1})`;
  if (wire.startsWith("extra_")) return "--channel";
  if (wire.startsWith("custom_")) return `--custom ${wire.slice("custom_".length)}`;
  const header = { "If-Match": "--if-match", "Idempotency-Key": "--idempotency-key" }[wire];
  const field = fieldsOf(row).find((one) => one.wireName === wire || one.inputName === wire);
  return header ?? (field ? optionName(row, field.inputName) : wire);
}
