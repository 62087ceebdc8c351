// Leak check of every test file: it fails the file if a child process or a listening port remains after its tests.
// (`createTestDatabase` finds open database connections.)
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
