/**
 * Printing of a whole list, page by page, with progress on a terminal. Reaching the default limit is a failure, so that a script never takes a
 * partial list for the whole.
 */
import type { Endpoint } from "@dossier/api";
import { reportErrors } from "./call-endpoint.ts";
import { CommandFailure } from "./exit.ts";
import { isJson, itemPrinter, outputOf, type OutputOptions } from "./output/output.ts";
import { startProgress } from "./progress.ts";
import type { Target } from "./target/target.ts";

/** The limit if none is given. */
export const defaultLimit = 10_000;

type Fields = Record<string, unknown>;

/** Whether an endpoint returns pages. */
export function isList(row: Endpoint): boolean {
  return "cursor" in row.input.shape;
}

/** Reads and prints a list, in the format of the options. */
export async function paginate(
  target: Target,
  name: string,
  input: Fields,
  options: OutputOptions & { limit?: string; wireFields?: Fields },
): Promise<void> {
  const { wireFields = {} } = options;
  const limit = parseLimit(options.limit);
  const output = outputOf(options, name, true);
  const printer = itemPrinter(output);
  const progress = startProgress();
  const isWhole = await reportErrors(target, name, { json: isJson(output) }, async () => {
    let isEnd = true;
    let last: string | null = null;
    let count = 0;
    for await (const page of target.client.pages(name, input, { limit, wireFields })) {
      isEnd = page.nextCursor === null || page.nextCursor === last;
      last = page.nextCursor;
      count += page.items.length;
      if (output.format === "table" || !process.stdout.isTTY)
        progress.show(
          `${count.toLocaleString("en")} of ${Math.min(limit, page.itemTotal).toLocaleString("en")}`,
        );
      for (const item of page.items) printer.add(item);
    }
    return isEnd;
  }).finally(() => progress.end());
  printer.end();
  if (!isWhole && options.limit === undefined)
    throw new CommandFailure("failed", `There are more than ${defaultLimit}. Set a bound with --limit.`);
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new CommandFailure("usage", "--limit must be a whole number of at least 1.");
}
