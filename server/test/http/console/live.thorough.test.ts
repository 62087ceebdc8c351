// The console in Chromium, if it is installed, while others change what it shows: it is seen at once, without a reload and
// without what is typed; when the stream of changes is gone it is opened again.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { poll } from "../../support/embedded/harness.ts";
import { startTestServer } from "../../support/test-server.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);

const world = await startTestServer({ console: true, rateLimit: 0 });
const { admin } = world;
const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no page of the console sees a change.");

/**
 * Less than the page waits between two reads where there is no stream, in milliseconds: of two changes, one after the
 * other, it would see the second too late. A transaction of another test delays the stream.
 */
const soonMs = 12_000;

describe.skipIf(!chromium)("changes by others", () => {
  let page: Page;
  let brandId: number;
  let id: number;
  beforeAll(async () => {
    page = await openPage(chromium!);
    brandId = await world.newBrand();
    const named = { brandId, firstname: "Imke", lastname: "Vogel", primaryId: `live-${brandId}` };
    ({ id } = await admin.customer.create({
      ...named,
      channels: [{ type: "email", address: "imke@live.example" }],
    }));
    const key = await world.keyFor(
      ["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ", "CHANNEL_READ"],
      [brandId],
    );
    await page.open(`${world.url}/sign-in?next=/customers/${id}`);
    await page.until("document.activeElement?.name === 'key'");
    await page.tab.keyboard.insertText(key);
    await enter();
    await shows("Imke Vogel");
  }, 180_000);
  afterAll(() => page.close());

  const shows = (text: string) => page.until(`document.body?.innerText.includes(${JSON.stringify(text)})`);
  const enter = () => page.tab.keyboard.press("Enter");
  const streams = () => page.requests.filter(({ url }) => url.endsWith("/changes")).length;
  const untilOpen = (count: number) => poll(() => streams() >= count && world.service.app.server.listening);

  /** Makes a change, and expects the page to show a text soon. */
  async function expectSoon(text: string, change: () => Promise<unknown>): Promise<void> {
    await change();
    const begun = performance.now();
    await shows(text);
    expect(performance.now() - begun).toBeLessThan(soonMs);
  }

  test("is seen at once: fields, tickets, messages, one after the other", async () => {
    await untilOpen(1);
    await expectSoon("Imke Sommer", () => admin.customer.update({ id, lastname: "Sommer" }));
    await expectSoon("Imke Herbst", () => admin.customer.update({ id, lastname: "Herbst" }));
    const ticket = { brandId, channel: "email", from: "imke@live.example", title: "Where is my kettle?" };
    let ticketId = 0;
    await expectSoon(
      "Where is my kettle?",
      async () => ({ id: ticketId } = await admin.ticket.create(ticket)),
    );
    await expectSoon("1 newer", () => admin.message.create({ ticketId, type: "1", message: "It is there." }));
    await expectSoon("Imke Winter", () => admin.customer.update({ id, lastname: "Winter" }));
  }, 180_000);

  test("takes nothing that is being typed, and the same field is shown twice", async () => {
    await page.tab.getByRole("button", { name: /^Change First name/ }).click();
    await page.until(`document.activeElement?.getAttribute("aria-label") === "First name"`);
    await page.value("document.activeElement.select()");
    await page.tab.keyboard.insertText("Imka");
    await expectSoon("Annegret Winter", () => admin.customer.update({ id, firstname: "Annegret" }));
    expect(await page.value("document.activeElement.value")).toBe("Imka");
    await enter();
    await shows("Somebody else changed First name");
    await page.tab.locator(".versus .btn.pri").first().click();
    await shows("Imka Winter");
  }, 180_000);

  test("is seen after a while without the server's stream, and when the page is looked at again", async () => {
    const before = streams();
    const hidden = (state: string) =>
      page.value(`(() => {
        Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      })()`);
    await hidden("hidden");
    await admin.customer.update({ id, lastname: "Lenz" });
    await hidden("visible");
    await untilOpen(before + 1);
    await shows("Imka Lenz");
    await expectSoon("Imka Mai", () => admin.customer.update({ id, lastname: "Mai" }));
    expect(page.complaints.filter((line) => !/status of 412 /.test(line))).toEqual([]);
  }, 180_000);

  test("a customer who is deleted here is not asked for before that is answered", async () => {
    // the answer waits until `answer` is called, as on a slow line: the stream tells of the deletion before
    const source = `
      const send = globalThis.fetch;
      const gate = new Promise((done) => void (globalThis.answer = done));
      globalThis.isDeleted = false;
      globalThis.unanswered = 0;
      globalThis.fetch = async (request, init) => {
        unanswered += 1;
        try {
          const response = await send(request, init);
          if ((init?.method ?? request.method) === "DELETE") {
            isDeleted = true;
            await gate;
          }
          return response;
        } finally {
          unanswered -= 1;
        }
      };
      const Stream = globalThis.EventSource;
      globalThis.told = 0;
      globalThis.EventSource = class extends Stream {
        constructor(url) {
          super(url);
          this.addEventListener("customer", () => void (isDeleted && (told += 1)));
        }
      };`;
    await page.tab.addInitScript({ content: source });
    const before = streams();
    await page.open(`${world.url}/customers/${id}`);
    await untilOpen(before + 1);
    await page.until("document.querySelector('.cust-head .acts button:last-child')");
    await page.value("document.querySelector('.cust-head .acts button:last-child').focus()");
    await enter();
    await page.until("document.querySelector('[role=menu]')");
    await page.tab.keyboard.press("d");
    await enter();
    // the first change after a load is read at once; then only the deletion is not answered
    await page.until("told > 0 && unanswered === 1");
    await page.value("answer()");
    await shows("This customer was deleted");
    expect(page.complaints.filter((line) => !/status of 412 /.test(line))).toEqual([]);
  }, 180_000);
});
