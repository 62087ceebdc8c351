// Questions, progress and widths in a real terminal, that of `script` (Debian's bsdutils).
import { spawn, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { widthOf } from "../../src/cli/output/text-width.ts";
import { poll } from "../support/embedded/harness.ts";
import { startFixtureServer } from "../support/requests.ts";
import { bundle, plainEnvironment } from "../support/run-cli.ts";

const hasScript = spawnSync("script", ["--version"]).status === 0;
const world = await startFixtureServer();
const { customer } = world.admin;
const brandId = await world.newBrand();

interface Terminal {
  shown(): string;
  press(keys: string): void;
  ended: Promise<number | null>;
}

/** Runs a command in a terminal of so many columns. */
function openTerminal(words: readonly string[], columns = 100): Terminal {
  const command = `stty cols ${columns}; exec '${process.execPath}' '${bundle}' ${words.join(" ")}`;
  const child = spawn("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"], {
    env: plainEnvironment({ DOSSIER_URL: world.url, DOSSIER_KEY: world.adminKey, NO_COLOR: "1" }),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let shown = "";
  child.stdout.on("data", (part: Buffer) => (shown += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { shown: () => shown, press: (keys) => void child.stdin.write(keys), ended };
}

const isThere = (id: number) =>
  customer.find({ id }).then(
    () => true,
    () => false,
  );

test.skipIf(!hasScript)("only yes goes on with what cannot be undone", async () => {
  const { id } = await customer.create({ brandId, firstname: "Eve" });
  for (const keys of ["\r", "n\r", "yess\r", "\u0003", "\u0004"]) {
    const terminal = openTerminal(["call", "customer.purge", String(id)]);
    await poll(() => terminal.shown().includes("[y/N]"));
    expect(terminal.shown()).toContain(`customer.purge ${id} at ${world.url} cannot be undone`);
    terminal.press(keys);
    expect(await terminal.ended).toBe(1);
    expect(terminal.shown()).toContain("Nothing was done.");
  }
  expect(await isThere(id)).toBe(true);
  const terminal = openTerminal(["call", "customer.purge", String(id)]);
  await poll(() => terminal.shown().includes("[y/N]"));
  terminal.press("y\r");
  expect(await terminal.ended).toBe(0);
  expect(await isThere(id)).toBe(false);
});

const wide = [
  "山田 美咲",
  "김 민준",
  "محمد الفاسي",
  "שרה כהן",
  "👩‍👩‍👧 Family",
  "सरस्वती",
  "สมชาย ใจดี",
  "Ada 🎉",
  "ﾔﾏﾀﾞ",
];

test.skipIf(!hasScript).each([60, 80, 120, 200])(
  "at %i columns no line wraps, and what stands behind wide names is aligned",
  async (columns) => {
    const own = await world.newBrand();
    for (const [n, firstname] of wide.entries())
      await customer.create({
        brandId: own,
        primaryId: `K-${n}`,
        firstname,
        channels: [{ type: "email", address: `a.rather.long.address.number.${n}@customers.example.org` }],
      });
    const words = ["call", "customer.list", "--brand-id", String(own), "--all"];
    const terminal = openTerminal(words, columns);
    expect(await terminal.ended).toBe(0);
    // the line of progress, if there was one, is erased
    const lines = terminal
      .shown()
      .replaceAll(/\r\u001b\[K[^\r]*(?=\r)/g, "")
      .split(/\r*\n/);
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    const starts = lines
      .filter((line) => / K-\d/.test(line))
      .map((line) => widthOf(line.slice(0, line.search(/K-\d/))));
    expect(starts).toHaveLength(wide.length);
    expect(new Set(starts).size).toBe(1);
    expect(terminal.shown()).toContain(`${wide.length} in all.`);
  },
);
