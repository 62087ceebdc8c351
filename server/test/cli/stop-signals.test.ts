// Stop signals: duplicates of terminals and npm are one request, and impatience ends the process.
import { expect, test } from "vitest";
import { duplicateMs, type StopSignal, StopSignals } from "../../src/cli/stop-signals.ts";

type Sent = [signal: StopSignal, at: number];

const decide = (...sent: Sent[]) => {
  let now = 0;
  const signals = new StopSignals(() => now);
  return sent.map(([signal, at]) => {
    now = at;
    return signals.receive(signal);
  });
};

test("the signal of a terminal that npm repeats is one", () => {
  expect(decide(["SIGINT", 0], ["SIGINT", 5])).toEqual(["stop", "ignore"]);
  expect(decide(["SIGTERM", 0], ["SIGTERM", duplicateMs])).toEqual(["stop", "ignore"]);
});

test("a third signal, or one after that time, ends the process at once", () => {
  expect(decide(["SIGINT", 0], ["SIGINT", 5], ["SIGINT", 6])).toEqual(["stop", "ignore", "end"]);
  expect(decide(["SIGINT", 0], ["SIGINT", duplicateMs + 1])).toEqual(["stop", "end"]);
  expect(decide(["SIGINT", 0], ["SIGINT", 5], ["SIGINT", 5000])).toEqual(["stop", "ignore", "end"]);
});

test("a signal of the other kind is a request of its own", () => {
  expect(decide(["SIGINT", 0], ["SIGTERM", 5])).toEqual(["stop", "end"]);
});
