// Printing of whole lists: how many items, in which form, and when a list is too long to be printed by default.
import type { ListOptions, RawPage as Page, DynamicClient } from "@dossier/api";
import { afterEach, expect, test, vi } from "vitest";
import { CommandFailure } from "../../src/cli/exit.ts";
import { defaultLimit, paginate } from "../../src/cli/paginate.ts";
import type { Target } from "../../src/cli/target/target.ts";

const written: string[] = [];
const note = (text: unknown) => written.push(String(text)) > 0;
for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "write").mockImplementation(note);
afterEach(() => written.splice(0));

/** A target with one list of so many items, which it reads in pages up to a limit. */
function targetOf(total: number): Target {
  async function* pages(_name: string, _input = {}, { limit = Infinity }: ListOptions = {}) {
    const end = Math.min(total, limit);
    for (let at = 0; at < end; at += 99) {
      const items = Array.from({ length: Math.min(99, end - at) }, (_, n) => ({ id: at + n + 1 }));
      const nextCursor = at + items.length < total ? `after ${at}` : null;
      yield { type: "list", itemStart: at, itemTotal: total, itemLimit: 99, items, nextCursor } as Page<
        Record<string, unknown>
      >;
    }
  }
  const client: Pick<DynamicClient, "call" | "pages"> = {
    pages,
    call: () => Promise.reject(new Error("no list")),
  };
  return { hasKey: true, client, close: async () => undefined };
}

const linesFor = async (total: number, options: { json?: true; limit?: string }) => {
  await paginate(targetOf(total), "brand.list", {}, options);
  return written.join("").trimEnd().split("\n");
};

test("programs get a line for each item, people a table and the count", async () => {
  expect(await linesFor(3, { json: true })).toEqual(['{"id":1}', '{"id":2}', '{"id":3}']);
  written.splice(0);
  expect((await linesFor(3, {})).map((line) => line.trim())).toEqual(["id", "1", "2", "3", "3 in all."]);
});

test("a limit that is given ends the list; the default one is a failure, after its items", async () => {
  expect(await linesFor(250, { json: true, limit: "100" })).toHaveLength(100);
  written.splice(0);
  expect(await linesFor(defaultLimit, { json: true })).toHaveLength(defaultLimit);
  written.splice(0);
  const failure: unknown = await linesFor(defaultLimit + 1, { json: true }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CommandFailure);
  expect((failure as Error).message).toContain(`more than ${defaultLimit}. Set a bound with --limit`);
  expect(written.join("").trimEnd().split("\n")).toHaveLength(defaultLimit);
});
