// Deliveries by the hour of the last day: what is older is left out, and what was given up is counted apart.
import { expect, test } from "vitest";
import { hoursOf } from "../src/settings/webhooks/hours.ts";

test("counts the deliveries of each hour, the last hour last", () => {
  const now = Date.parse("2026-11-23T18:00:00Z");
  const ago = (minutes: number, state: "delivered" | "failed" | "waiting" = "delivered") => ({
    createdAt: new Date(now - minutes * 60_000).toISOString(),
    state,
  });
  const hours = hoursOf(
    [ago(0), ago(59, "failed"), ago(60), ago(23 * 60 + 59, "waiting"), ago(24 * 60)],
    now,
  );
  expect(hours).toHaveLength(24);
  expect(hours.slice(-2)).toEqual([
    { all: 1, failed: 0 },
    { all: 2, failed: 1 },
  ]);
  expect(hours[0]).toEqual({ all: 1, failed: 0 });
  expect(hours.reduce((sum, { all }) => sum + all, 0)).toBe(4);
});
