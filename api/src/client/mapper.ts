/**
 * Data mapper: bodies of responses from the wire's spelling to ours. Invariant: it renames the fields of the table and
 * nothing else. It looks only into values that hold such fields, so names that others have made (custom fields, a
 * brand's map of its CRM, fields of a newer server) stay as they are.
 */
import { containers, ourNames } from "./generated/names.ts";
import type { Route } from "./route.ts";

type Fields = Record<string, unknown>;

const customPrefix = "custom_";

/** The body of a response without its envelope: the item, or what the list or the result says. */
export function mapBody(route: Route, { type, ...body }: Fields): unknown {
  if (type === "item") return mapItem(route, body.item as Fields);
  if (!route.list) return renameFields(body);
  const { items, ...page } = body;
  return {
    ...(renameFields(page) as Fields),
    items: (items as Fields[]).map((item) => mapItem(route, item)),
  };
}

/** An item of a response. The custom fields of a customer become one object; a deleted customer has none. */
export function mapItem(route: Route, item: Fields): unknown {
  if (!route.customFields || "deleted_at" in item) return renameFields(item);
  const [own, custom]: [[string, unknown][], [string, unknown][]] = [[], []];
  for (const [name, value] of Object.entries(item))
    if (name.startsWith(customPrefix)) custom.push([name.slice(customPrefix.length), value]);
    else own.push([name, value]);
  return { ...(renameFields(Object.fromEntries(own)) as Fields), custom: Object.fromEntries(custom) };
}

/** A value whose fields have our names. */
export function renameFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renameFields);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      Object.hasOwn(ourNames, name) ? ourNames[name] : name,
      containers.has(name) ? renameFields(field) : field,
    ]),
  );
}
