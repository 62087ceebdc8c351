// The README's calls on the demo data, run as printed, on a server started with --demo.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, expect, test, vi } from "vitest";
import { openLog } from "../src/log.ts";
import { startService } from "../src/service/service.ts";
import { createTestDatabase } from "./support/database.ts";
import { testConfig } from "./support/test-server.ts";

vi.setConfig({ testTimeout: 120_000 });
const config = testConfig((await createTestDatabase()).url);
const service = await startService(config, openLog("silent", false), { demo: true });
afterAll(() => service.stop());

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const blocks = Array.from(readme.matchAll(/^```sh ci\n(.*?)^```$/gms), ([, code = ""]) => code).filter(
  (code) => /szcepanska|MK-21315/.test(code),
);

/** The responses of the block's calls. */
async function run(code: string): Promise<Record<string, unknown>[]> {
  const script = code
    .replaceAll("http://localhost:8080", service.url)
    .replaceAll("curl -s", "curl -sf -w '\\n'");
  const env = { PATH: process.env.PATH ?? "", API_KEY: config.adminKey ?? "" };
  const { stdout } = await promisify(execFile)("bash", ["-ec", script], { env });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("a misspelt name finds her, her timeline is there, and a ticket that waits becomes hers", async () => {
  expect(blocks).toHaveLength(3);
  const [search = "", read = "", link = ""] = blocks;
  const [found] = await run(search);
  expect(found?.items).toEqual(
    expect.arrayContaining([expect.objectContaining({ lastname: "Szczepańska" })]),
  );
  const [timeline, waiting] = await run(read);
  expect(timeline?.itemTotal).toBeGreaterThan(3);
  const before = Number(waiting?.itemTotal);
  expect(before).toBeGreaterThan(0);
  expect(await run(link)).toMatchObject([{ type: "result", outcome: "updated" }]);
  const [, after] = await run(read);
  expect(after?.itemTotal).toBeLessThan(before);
});
