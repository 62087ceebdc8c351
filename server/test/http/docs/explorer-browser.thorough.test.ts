// The explorer in a real browser, in one visit: it shows the document, sends calls with the key in its header, requests
// nothing from other hosts, and violates no policy. Without Chromium these tests report that they are skipped.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so the explorer is not tried in a browser.");

const world = await startTestServer();
const patience = 180_000;

describe.skipIf(!chromium)("the explorer in a browser", () => {
  let page: Page;
  beforeAll(async () => {
    page = await openPage(chromium!);
    await resize(1400, "light");
    await page.open(`${world.url}/docs`);
    await seen(".opblock");
  }, patience);
  afterAll(() => page.close());
  beforeEach(() => void (page.requests.length = 0));
  afterEach(() => {
    const asked = page.requests.map(({ url }) => url).filter((url) => !/^(data|about|blob):/.test(url));
    expect(asked.filter((url) => !url.startsWith(`${world.url}/`))).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  const click = (selector: string) => page.value(`document.querySelector('${selector}').click()`);
  const seen = (selector: string) => page.until(`document.querySelector('${selector}')`);
  const text = (selector: string) => page.value<string>(`document.querySelector('${selector}').textContent`);

  async function resize(width: number, scheme: string): Promise<void> {
    const size = { width, height: 900, deviceScaleFactor: 1, mobile: false };
    await page.send("Emulation.setDeviceMetricsOverride", size);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await page.send("Emulation.setEmulatedMedia", { features });
  }

  /** Types into a field over its content, so that the page's framework notices. */
  async function type(selector: string, words: string): Promise<void> {
    await seen(selector);
    await page.value(`document.querySelector('${selector}').select()`);
    await page.send("Input.insertText", { text: words });
  }

  /** Opens an operation, presses Execute, and returns what is shown. */
  async function execute(operation: string, prepare = async (_at: string): Promise<void> => undefined) {
    const at = `#operations-customer-${operation}`;
    await click(`${at} .opblock-summary-control`);
    await seen(`${at} .execute`);
    await prepare(at);
    await click(`${at} .execute`);
    await seen(`${at} .live-responses-table td.response-col_status`);
    return text(`${at} .live-responses-table tbody`);
  }

  test("shows customers first and open, the other nouns closed, and no key", async () => {
    const nouns = await page.value<string[]>(
      `[...document.querySelectorAll(".opblock-tag")].map((one) => one.dataset.tag + " " + one.dataset.isOpen)`,
    );
    expect(nouns[0]).toBe("customer true");
    expect(nouns.slice(1).filter((one) => !one.endsWith(" false"))).toEqual([]);
    expect(await text(".mark")).toBe("Dossier");
    expect(await text(".key-state")).toContain("No key yet");
  });

  test(
    "sends what is tried with the key in its header, and shows the answer",
    async () => {
      await click(".btn.authorize");
      await type(".auth-container input", world.adminKey);
      await click(".auth-btn-wrapper .authorize");
      await seen(".auth-btn-wrapper .btn-done");
      await click(".auth-btn-wrapper .btn-done");
      await page.until(`document.querySelector(".key-state").textContent.includes("carry your key")`);
      const shown = await execute("customerList");
      expect(shown).toMatch(/^200/);
      expect(shown).toContain('"type": "list"');
      const call = page.requests.find(({ url }) => url.includes("/api/v2/"));
      expect(call?.url).toBe(`${world.url}/api/v2/customer`);
      expect(call?.headers.apiKey).toBe(world.adminKey);
    },
    patience,
  );

  test(
    "sends the example of a form as it stands",
    async () => {
      const shown = await execute("customerResolve", async (at) => {
        await page.value(`(() => {
          const choice = document.querySelector("${at} .opblock-section-request-body select");
          choice.value = "multipart/form-data";
          choice.dispatchEvent(new Event("change", { bubbles: true }));
        })()`);
        await seen(`${at} .opblock-section-request-body [data-property-name]`);
      });
      expect(shown).toMatch(/^200/);
      const { items } = await world.admin.customer.list({ brandId: 1 });
      expect(items.map((one) => [one.external_primary_id, one.firstname, one.custom_tier])).toEqual([
        ["K-17", "Ada", "gold"],
      ]);
    },
    patience,
  );

  test.each([
    [400, "light"],
    [400, "dark"],
    [1400, "dark"],
  ])("fits into %s pixels, %s", async (width, scheme) => {
    await resize(width, scheme);
    const paper = scheme === "dark" ? "rgb(28, 32, 34)" : "rgb(255, 255, 255)";
    await page.until(`getComputedStyle(document.body).backgroundColor === "${paper}"`);
    await page.until(
      `document.documentElement.classList.contains("dark-mode") === ${String(scheme === "dark")}`,
    );
    expect(await page.value("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  });

  test(
    "finds operations by a word of their summary, in closed nouns too",
    async () => {
      await type(".operation-filter-input", "revoke");
      await page.until(`document.querySelectorAll(".opblock").length === 1`);
      expect(await text(".opblock")).toContain("Revoke an API key");
    },
    patience,
  );
});
