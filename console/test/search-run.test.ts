// The requests of a search box: Enter waits for the answer to what was typed, also when an older answer comes first.
import type { Page } from "@dossier/api";
import { expect, test } from "vitest";
import { type Hit, SearchRun } from "../src/customers/search-run.ts";

interface Asked {
  text: string;
  answer: (id: number) => void;
}

function startRun() {
  const asked: Asked[] = [];
  const shown: string[] = [];
  const run = new SearchRun(
    (text, _filter, signal) =>
      new Promise<Page<Hit>>((done, fail) => {
        signal.addEventListener("abort", () => fail(new Error("aborted")));
        const answer = (id: number) =>
          done({ items: [{ id } as Hit], itemTotal: 1, nextCursor: null } as unknown as Page<Hit>);
        asked.push({ text, answer });
      }),
    (outcome) => shown.push("found" in outcome ? outcome.found.text : "fault"),
  );
  return { run, asked, shown };
}

const soon = () => new Promise((done) => setTimeout(done, 60));

test("an older answer that comes while the newest text waits for its turn is shown, and opens nothing", async () => {
  const { run, asked, shown } = startRun();
  run.start("szcepansk", {});
  run.start("szcepanska", {}); // waits for its turn
  const opened = run.settled();
  asked[0]?.answer(1);
  await soon();
  expect(asked.map(({ text }) => text)).toEqual(["szcepansk", "szcepanska"]);
  expect(run.isWaiting()).toBe(true);
  asked[1]?.answer(2);
  expect((await opened).map(({ id }) => id)).toEqual([2]);
  expect(shown).toEqual(["szcepansk", "szcepanska"]);
});

test("an answer that comes after a newer one was sent is dropped", async () => {
  const { run, asked, shown } = startRun();
  run.start("a", {});
  await soon();
  run.start("ab", {});
  asked[0]?.answer(1);
  asked[1]?.answer(2);
  expect((await run.settled()).map(({ id }) => id)).toEqual([2]);
  expect(shown).toEqual(["ab"]);
});

test("a search that is left sends nothing more, and keeps nobody waiting", async () => {
  const { run, asked } = startRun();
  run.start("a", {});
  run.start("ab", {});
  const opened = run.settled();
  run.stop();
  expect(await opened).toEqual([]);
  await soon();
  expect(asked).toHaveLength(1);
});
