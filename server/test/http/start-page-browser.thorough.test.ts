// The start page in a real browser: it fits into the narrowest telephone and a desktop, in both themes, and asks
// nothing of other hosts. Without Chromium the test reports that it is skipped.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../support/servers/browser.ts";
import { startTestServer } from "../support/test-server.ts";

const chromium = findChromium();
if (!chromium)
  console.warn("SKIPPED: Chromium is not installed, so the start page is not looked at in a browser.");

const world = await startTestServer();
const timeoutMs = 180_000;

describe.skipIf(!chromium)("the start page in a browser", () => {
  let page: Page;
  beforeAll(async () => void (page = await openPage(chromium!)), timeoutMs);
  afterAll(() => page.close());

  test.each<[number, "light" | "dark", string]>([
    [320, "light", "rgb(255, 255, 255)"],
    [320, "dark", "rgb(28, 32, 34)"],
    [1400, "light", "rgb(255, 255, 255)"],
    [1400, "dark", "rgb(28, 32, 34)"],
  ])(
    "fits into %s pixels, %s",
    async (width, colorScheme, paper) => {
      await page.tab.setViewportSize({ width, height: 900 });
      await page.tab.emulateMedia({ colorScheme });
      await page.open(`${world.url}/`);
      await page.until(`document.body && getComputedStyle(document.body).backgroundColor === "${paper}"`);
      await page.until("document.querySelector('img')?.naturalWidth > 0");
      expect(await page.value("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await page.value("document.querySelector('.state').textContent")).toContain("It works.");
      const asked = page.requests.map(({ url }) => url).filter((url) => !/^(data|about|blob):/.test(url));
      expect(asked.filter((url) => !url.startsWith(`${world.url}/`))).toEqual([]);
      expect(page.complaints).toEqual([]);
    },
    timeoutMs,
  );
});
