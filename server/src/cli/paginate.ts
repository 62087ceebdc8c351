/**
 * Every page of a list, by cursor: each costs the same, and what is added meanwhile neither repeats nor hides an item.
 * A walk has an end: a bound that was not asked for is a failure, so that a script never takes a part for the whole.
 */
import type { Endpoint } from "@dossier/api";
import { ask } from "./call-endpoint.ts";
import { CommandFailure } from "./exit.ts";
import { tableOf } from "./show.ts";
import type { Target } from "./target/target.ts";
import { columnsOf, paintFor, print, say } from "./terminal.ts";

/** Where a walk ends when nobody says where. */
export const mostItems = 10_000;
const pageSize = 99;

type Item = Record<string, unknown>;

/** Whether an endpoint answers pages. */
export function isList(row: Endpoint): boolean {
  return "cursor" in row.input.shape;
}

/** Walks and prints: a line of JSON for each item as it comes, or one table in the end. */
export async function walk(
  target: Target,
  name: string,
  row: Endpoint,
  fields: Record<string, unknown>,
  options: { json?: true; atMost?: string },
): Promise<void> {
  const json = options.json === true;
  const most = boundOf(options.atMost);
  const items: Item[] = [];
  let count = 0;
  let page: Record<string, unknown> = { ...fields, itemLimit: fields.itemLimit ?? Math.min(pageSize, most) };
  for (;;) {
    const { body } = await ask(target, name, { row, fields: page }, { json });
    const taken = (body.items as Item[]).slice(0, most - count);
    count += taken.length;
    if (json) for (const item of taken) print(JSON.stringify(item));
    else items.push(...taken);
    const isEnd = body.nextCursor === null && taken.length === (body.items as Item[]).length;
    if (isEnd || count >= most) {
      if (!json) show(items);
      if (!isEnd && options.atMost === undefined)
        throw new CommandFailure("failed", `There are more than ${mostItems}. Say how many with --at-most.`);
      return;
    }
    const { itemStart: _start, ...rest } = page;
    page = { ...rest, cursor: body.nextCursor };
  }
}

function boundOf(text: string | undefined): number {
  if (text === undefined) return mostItems;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new CommandFailure("usage", "--at-most must be a whole number from 1 on.");
}

function show(items: readonly Item[]): void {
  const { lines, hidden } = tableOf(items, columnsOf(process.stdout), paintFor(process.stdout));
  if (items.length > 0) print(lines.join("\n"));
  say(`${items.length.toLocaleString("en")} in all.`);
  if (hidden.length > 0) say(`No room for ${hidden.join(", ")}: --json shows everything.`);
}
