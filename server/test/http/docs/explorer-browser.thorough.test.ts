// The explorer and the search in a real browser: they sign in by a cookie, send every operation with records of this
// server, request nothing from other hosts, and violate no policy. Without Chromium these tests report that they are
// skipped.
import { permissions } from "@dossier/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so the explorer is not tried in a browser.");

const world = await startTestServer({}, undefined, { demo: true });
const timeoutMs = 180_000;

describe.skipIf(!chromium)("the explorer in a browser", () => {
  let page: Page;
  let key: string;
  beforeAll(async () => {
    key = await world.keyFor([...permissions]);
    page = await openPage(chromium!);
    await open("/docs/api");
  }, timeoutMs);
  afterAll(() => page.close());
  beforeEach(() => void (page.requests.length = 0));
  afterEach(() => {
    const asked = page.requests.map(({ url }) => url).filter((url) => !/^(data|about|blob):/.test(url));
    expect(asked.filter((url) => !url.startsWith(`${world.url}/`))).toEqual([]);
    expect(page.complaints.filter((one) => !/status of 401/.test(one))).toEqual([]);
  });

  async function open(path: string): Promise<void> {
    await page.open("about:blank");
    await page.open(`${world.url}${path}`);
    await page.until("document.readyState === 'complete' && document.querySelector('main')");
  }

  const text = (selector: string) => page.value<string>(`document.querySelector('${selector}').textContent`);

  /** Opens an operation, sends its form, and returns what it needs, or the status of the response. */
  async function send(id: string): Promise<string> {
    await page.value(`document.querySelector('#${id}').open = true`);
    const isIdle = `!document.querySelector('#${id} form').hasAttribute("aria-busy")`;
    await page.value("new Promise((done) => setTimeout(done))"); // the event that fills the form
    await page.until(isIdle);
    const needs = await text(`#${id} .needs`);
    if (needs) return needs;
    await page.value(`document.querySelector('#${id} form').requestSubmit()`);
    await page.until(`document.querySelector('#${id} .status') && ${isIdle}`);
    return text(`#${id} .status`);
  }

  test("shows every noun, closed operations, and that nobody is signed in", async () => {
    expect(await page.value("document.querySelectorAll('.operation[open]').length")).toBe(0);
    expect(await page.value("document.querySelectorAll('section h2').length")).toBe(15);
    expect(await page.value("document.querySelector('.signed-in').hidden")).toBe(true);
    expect(page.requests.filter(({ url }) => url.includes("/api/v2/"))).toEqual([]);
  });

  test(
    "says what is wrong about a key",
    async () => {
      await page.value("document.querySelector('#key').value = 'dsr_wrong'");
      await page.value("document.querySelector('.sign-in').requestSubmit()");
      await page.until("document.querySelector('#key').validationMessage.includes('not valid')");
      expect(await page.value("localStorage.length")).toBe(0);
    },
    timeoutMs,
  );

  test(
    "exchanges a key for a cookie that no script reads, and shows whose key it is",
    async () => {
      await page.value("document.querySelector('#key').focus()");
      await page.value("document.querySelector('#key').select()");
      await page.tab.keyboard.insertText(key);
      await page.value("document.querySelector('.sign-in').requestSubmit()");
      await page.until("!document.querySelector('.signed-in').hidden");
      expect(await text(".signed-in")).toContain("Signed in with the key test");
      expect(await text(".masthead .key")).toBe("Signed in: test");
      expect(await page.value("document.cookie")).toBe("");
      expect(
        await page.value("JSON.stringify(localStorage) + document.documentElement.outerHTML"),
      ).not.toContain(key);
      expect(await page.value("document.querySelector('#key').value")).toBe("");
    },
    timeoutMs,
  );

  test(
    "sends every operation as it stands, with records of this server, or says what is needed",
    async () => {
      const ids = await page.value<string[]>(
        "[...document.querySelectorAll('.operation')].map(({ id }) => id)",
      );
      const outcomes: Record<string, string> = {};
      for (const id of ids.filter((one) => !/^session(Open|Close)$/.test(one)))
        outcomes[id] = (await send(id)).replace(/, \d+ ms$/, "");
      const other = Object.entries(outcomes).filter(([, outcome]) => outcome !== "200 OK");
      expect(Object.fromEntries(other)).toEqual({
        customerSyncWithCrm: "Needs a brand with a CRM: set its crm_lookup_url first.",
        brandCrmTest: "Needs a brand with a CRM: set its crm_lookup_url first.",
        webhookRotateSecret: "Needs a webhook: create one first.",
        webhookListDeliveries: "Needs a webhook: create one first.",
        webhookRedeliver: "Needs a delivery of a webhook; there is none.",
        webhookReplay: "Needs a webhook: create one first.",
        jobRetry: "Needs a failed job; there is none.",
        serverMetrics:
          "Needs a key in the header, because the cookie is for the API alone: Send shows the command.",
      });
      expect(Object.keys(outcomes).length).toBeGreaterThan(50);
    },
    timeoutMs,
  );

  test(
    "opens the operation that an address names, with the command that does the same",
    async () => {
      await open("/docs/api#customerListByPrimaryId");
      await page.until("document.querySelector('#customerListByPrimaryId').open");
      expect(await send("customerListByPrimaryId")).toMatch(/^200 OK/);
      const command = await text("#customerListByPrimaryId .command code");
      expect(command).toContain(`'${world.url}/api/v2/customer/SearchByPrimaryExternalID`);
      expect(command).toContain('-H "apiKey: $API_KEY" -X POST');
      expect(command).not.toContain(key);
    },
    timeoutMs,
  );

  test(
    "the documentation names the key of the session beside its commands, until it is closed",
    async () => {
      await open("/docs/tour");
      await page.until("document.querySelector('.aside-key')");
      expect(await text(".aside-key")).toContain("signed in with the key test (CUSTOMER_READ, ");
      await open("/docs/api");
      await page.until("!document.querySelector('.signed-in').hidden");
      await page.tab.locator(".signed-in button").first().click();
      await page.until("document.querySelector('.signed-in').hidden");
      page.requests.length = 0;
      await open("/docs/tour");
      await page.until("document.querySelector('.copy')");
      expect(page.requests.filter(({ url }) => url.includes("/api/v2/"))).toEqual([]);
      expect(await page.value("document.querySelector('.aside-key')")).toBeNull();
    },
    timeoutMs,
  );

  test(
    "the search is reached and used by keyboard, marks words, and follows a section",
    async () => {
      const press = (key: string) => page.tab.keyboard.press(key);
      await open("/docs/tour");
      await page.until("!document.querySelector('.search').hidden");
      await press("/");
      expect(await page.value("document.activeElement.type")).toBe("search");
      expect(await page.value("document.activeElement.value")).toBe("");
      await page.tab.keyboard.insertText("Erásure log");
      await page.until("document.querySelectorAll('#found li').length > 1");
      expect(await text("#found li b")).toBe("The erasure log");
      expect(
        await page.value(
          "[...document.querySelectorAll('#found li b mark')].slice(0, 2).map((one) => one.textContent)",
        ),
      ).toEqual(["erasure", "log"]);
      await press("ArrowDown");
      expect(
        await page.value("document.querySelector('.search input').getAttribute('aria-activedescendant')"),
      ).toBe("found-1");
      await press("ArrowUp");
      await press("Enter");
      await page.until("location.href.endsWith('/docs/operations#the-erasure-log')");
      await page.until("document.readyState === 'complete' && !document.querySelector('.search').hidden");
      await press("/");
      await page.tab.keyboard.insertText("qqqzzz");
      await page.until(
        "document.querySelector('.results p').textContent === 'No section has all these words.'",
      );
      await press("Escape");
      expect(await page.value("document.querySelector('.results').hidden")).toBe(true);
    },
    timeoutMs,
  );
});
