/**
 * Columns of a list: those of its view, or those that `--columns` names. An unknown name is refused, with the nearest
 * that exists, rather than shown as an empty column.
 */
import { type Endpoint, rows } from "@dossier/api";
import * as z from "zod";
import { CommandFailure } from "../exit.ts";
import { nearest } from "./nearest.ts";
import { type View, views } from "./views.ts";

type Item = Readonly<Record<string, unknown>>;

/** Reads a column's value from an item. */
export function cellOf(item: Item, column: string, view?: View): unknown {
  const computed = view?.computed?.[column];
  return computed ? computed.valueOf(item) : item[column];
}

/** All columns of some items: those of the view, then every field that no computed column stands for. */
export function allColumns(items: readonly Item[], view?: View): string[] {
  const fields = [...new Set(items.flatMap((item) => Object.keys(item)))];
  if (!view) return fields;
  const stoodFor = new Set(view.columns.flatMap((name) => view.computed?.[name]?.from ?? []));
  const rest = fields.filter((name) => !view.columns.includes(name) && !stoodFor.has(name));
  return [...view.columns, ...rest];
}

/** The fields of an endpoint's items, or of its result. */
export function fieldsOfItems(row: Endpoint): string[] {
  const { items, item, ...result } = row.output instanceof z.ZodObject ? row.output.shape : {};
  if (items instanceof z.ZodArray) return keysOf(items.element as z.ZodType);
  if (item) return keysOf(item as z.ZodType);
  return Object.keys(result).filter((name) => name !== "type" && name !== "message");
}

function keysOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion)
    return [...new Set(schema.options.flatMap((one) => keysOf(one as z.ZodType)))];
  return schema instanceof z.ZodPipe ? keysOf(schema.in as z.ZodType) : [];
}

/** The names that `--columns` takes at an endpoint, beside custom fields. */
export function columnNames(name: string): string[] {
  const row = rows().find((one) => one.name === name)?.row;
  const view = views[name];
  return [...new Set([...(view?.columns ?? []), ...(row ? fieldsOfItems(row) : [])])];
}

/** The columns that an option names, of the endpoint with this name. @throws CommandFailure for unknown ones */
export function parseColumns(text: string, name: string): string[] {
  const known = columnNames(name);
  const columns = text.split(",").map((word) => word.trim());
  const hasCustom = name.startsWith("customer.");
  const first = columns.find((one) => !known.includes(one) && !(hasCustom && one.startsWith("custom_")));
  if (first === undefined) return [...new Set(columns)];
  const guess = nearest(first, known);
  throw new CommandFailure(
    "usage",
    `--columns: there is no column ${first === "" ? "without a name" : first}${guess === undefined ? "" : `; did you mean ${guess}?`}\n` +
      `There are ${known.join(", ")}${hasCustom ? ", and custom_… for each custom field" : ""}.`,
  );
}
