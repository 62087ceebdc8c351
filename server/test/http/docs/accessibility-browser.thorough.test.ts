// axe on every page that the server shows, in a real browser: light and dark, desktop and telephone. No page is wider
// than the window. Without Chromium these tests report that they are skipped.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { source as axe } from "axe-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no page is examined by axe.");

const folder = resolve(fileURLToPath(import.meta.url), "../../../../../docs");
const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `/docs/${name.slice(0, -3)}`);
const world = await startTestServer();
const timeoutMs = 180_000;

describe.skipIf(!chromium)("axe finds nothing", () => {
  let page: Page;
  beforeAll(async () => void (page = await openPage(chromium!)), timeoutMs);
  afterAll(() => page.close());

  async function show(width: number, scheme: "light" | "dark"): Promise<void> {
    await page.tab.setViewportSize({ width, height: 900 });
    await page.tab.emulateMedia({ colorScheme: scheme });
  }

  async function open(path: string): Promise<void> {
    await page.open("about:blank");
    await page.open(`${world.url}${path}`);
    await page.until("document.readyState === 'complete' && document.querySelector('main')");
    await page.value(`${axe};0`);
  }

  /** What axe finds, as the rule and the first element; and by how much the page is wider than the window. */
  async function examine(): Promise<{ faults: string[]; tooWide: number }> {
    const faults = await page.value<string[]>(`axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => id + " at " + nodes[0].target.join(" ") + ": " + nodes[0].failureSummary))`);
    return { faults, tooWide: await page.value("document.documentElement.scrollWidth - innerWidth") };
  }

  const variants = [
    [1400, "light"],
    [1400, "dark"],
    [400, "light"],
    [400, "dark"],
  ] as const;

  /** Examines what is open in every width and theme. */
  async function expectNothing(): Promise<void> {
    for (const [width, scheme] of variants) {
      await show(width, scheme);
      expect({ width, scheme, ...(await examine()) }).toEqual({ width, scheme, faults: [], tooWide: 0 });
    }
  }

  test.each(["/", ...pages])(
    "on %s",
    async (path) => {
      await open(path);
      await expectNothing();
    },
    timeoutMs,
  );

  test(
    "in the explorer, closed and with every operation and its parts open",
    async () => {
      await open("/docs/api");
      await expectNothing();
      await page.value("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      await expectNothing();
    },
    timeoutMs,
  );

  test(
    "in the search, with sections found",
    async () => {
      await open("/docs/tour");
      await page.value("document.querySelector('.search input').focus()");
      await page.tab.keyboard.insertText("purge");
      await page.until("document.querySelectorAll('#found li').length > 3");
      await expectNothing();
    },
    timeoutMs,
  );

  test(
    "but what is wrong: a text that is too pale is found",
    async () => {
      await open("/docs/tour");
      await page.value(
        "document.querySelector('main p').style.setProperty('color', 'var(--line)', 'important')",
      );
      expect((await examine()).faults.join()).toContain("color-contrast");
    },
    timeoutMs,
  );
});
