// Settings of the console in Chromium, if it is installed: the checks of the system for an administrator, the refusal in
// words for a key that may not read them, and no settings for anybody else.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);

const world = await startTestServer({ console: true, rateLimit: 0 });
const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so the settings are not used in a browser.");

describe.skipIf(!chromium)("the settings in a browser", () => {
  let page: Page;
  beforeAll(async () => void (page = await openPage(chromium!)), 180_000);
  afterAll(() => page.close());

  const shows = (text: string) => page.until(`document.body?.innerText.includes(${JSON.stringify(text)})`);
  const signIn = async (key: string, path: string) => {
    await page.tab.context().clearCookies();
    if (await page.value("location.protocol === 'http:'")) await page.value("localStorage.clear()");
    await page.open(`${world.url}/sign-in?next=${path}`);
    await page.until("document.activeElement?.name === 'key'");
    await page.tab.keyboard.insertText(key);
    await page.tab.keyboard.press("Enter");
    await page.until("document.querySelector('nav a')");
  };

  test("shows every check to an administrator, what needs attention first", async () => {
    await signIn(await world.keyFor(["SETTINGS_CRUD", "METRICS_READ"]), "/settings/system");
    await page.until("document.querySelectorAll('.checks > li').length > 3");
    const { checks, version } = (await world.admin.health.find()).item;
    await shows(version);
    expect(await page.value("document.querySelectorAll('.checks > li').length")).toBe(checks.length);
    const attention = checks.filter(({ state }) => state !== "ok").length;
    expect(await page.value("document.querySelector('h1').innerText")).toMatch(
      [/as it should be/, /One thing wants/][attention] ?? new RegExp(`^${attention} things want`),
    );
    expect(await page.value("document.querySelectorAll('nav a[href=\"/settings\"]').length")).toBe(2);
  }, 180_000);

  test("says why a key may not read them, and shows no settings to a key without the permission", async () => {
    await signIn(await world.keyFor(["SETTINGS_CRUD"], [await world.newBrand()]), "/settings/system");
    await shows("This could not be read");
    await shows("all brands");
    await signIn(await world.keyFor(["CUSTOMER_READ"]), "/settings/system");
    await shows("No such page");
    expect(await page.value("document.querySelectorAll('a[href^=\"/settings\"]').length")).toBe(0);
  }, 180_000);
});
