// What is said of backups: a failure first, then whether there is one, is it scheduled, is it old.
import { expect, test } from "vitest";
import { findingOf } from "../src/settings/backups/finding.ts";

const now = Date.parse("2026-11-23T18:00:00Z");
const made = (hours: number) => [{ createdAt: new Date(now - hours * 3_600_000).toISOString() }];
const failure = { at: "2026-11-23T17:00:00Z", message: "the disk is full" };

test.each([
  [{ every: 3600, failure, backups: made(1) }, "failed"],
  [{ every: null, failure: null, backups: [] }, "none"],
  [{ every: 3600, failure: null, backups: [] }, "first"],
  [{ every: null, failure: null, backups: made(1) }, "unscheduled"],
  [{ every: 3600, failure: null, backups: made(1.9) }, "good"],
  [{ every: 3600, failure: null, backups: made(2.1) }, "old"],
])("%j is %s", (facts, name) => {
  expect(findingOf(facts, now).name).toBe(name);
});
