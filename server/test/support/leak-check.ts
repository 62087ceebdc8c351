// Runs with every test file and fails it if, when its tests are over, it still has a child process or listens on a
// port. (Sessions it left open on a database are found by `freshDatabase`.)
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";

const kinds: Record<string, string> = { ProcessWrap: "a child process", TCPServerWrap: "a listening port" };

afterAll(async () => {
  let left = leftovers();
  for (const deadline = Date.now() + 10_000; left.length > 0 && Date.now() < deadline; left = leftovers()) {
    await wait(20);
  }
  if (left.length > 0) throw new Error(`this test file leaves open: ${left.join(", ")}`);
});

function leftovers(): string[] {
  return process.getActiveResourcesInfo().flatMap((kind) => kinds[kind] ?? []);
}
