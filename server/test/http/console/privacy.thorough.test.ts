// Forty canaries, names, addresses, numbers and what was said, in Chromium, if it is installed: an agent searches, previews, opens,
// edits, adds, links and is called, and none of them is in an address, a title, the history, a storage, a cache or the log.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLog } from "../../../src/log.ts";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);

const logged: string[] = [];
const world = await startTestServer(
  { console: true, rateLimit: 0 },
  openLog("trace", false, { write: (line: string) => void logged.push(line) }),
);
const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no canary is looked for in a browser.");

const people = Array.from({ length: 10 }, (_, n) => ({
  firstname: `Kanarina${"abcdefghij"[n]}`,
  lastname: `Vogelfang${"abcdefghij"[n]}`,
  email: `canary-${n}@aviary.example`,
  number: `+12025550${String(140 + n)}`,
}));
const canaries = people.flatMap((one) => Object.values(one));

describe.skipIf(!chromium)("an agent at work", () => {
  let page: Page;
  const ids: number[] = [];
  let ticketId = 0;

  beforeAll(async () => {
    const brandId = await world.newBrand();
    for (const { firstname, lastname, email, number } of people) {
      const { id } = await world.admin.customer.create({
        brandId,
        firstname,
        lastname,
        channels: [
          { type: "email", address: email },
          { type: "telephone", address: number },
        ],
      });
      ids.push(id);
    }
    const made = await world.admin.ticket.create({
      brandId,
      channel: "email",
      direction: "inbound",
      from: "nobody@elsewhere.example",
      title: "Where is the cage?",
    });
    ticketId = made.id;
    page = await openPage(chromium!);
    await page.open(`${world.url}/sign-in`);
    await page.until("document.activeElement?.name === 'key'");
    await page.tab.keyboard.insertText(
      await world.keyFor(
        [
          "CUSTOMER_READ",
          "CUSTOMER_CUD",
          "CHANNEL_READ",
          "CHANNEL_CUD",
          "TICKET_READ",
          "TICKET_UPDATE",
          "MESSAGE_CREATE",
        ],
        [brandId],
      ),
    );
    await press("Enter");
    await page.until("document.activeElement?.id === 'search'");
  }, 180_000);
  afterAll(() => page.close());

  const press = (key: string) => page.tab.keyboard.press(key);
  const write = (text: string) => page.tab.keyboard.insertText(text);
  const shows = (text: string) => page.until(`document.body?.innerText.includes(${JSON.stringify(text)})`);

  /** What a browser keeps or shows of a page beside its content, as one text. */
  const kept = () =>
    page.value<string>(`(async () => {
      const stores = await indexedDB.databases();
      const names = await caches.keys();
      const cached = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
      return JSON.stringify([location.href, document.title, history.state, {...localStorage}, {...sessionStorage},
        document.cookie, stores, names, cached, document.referrer]);
    })()`);

  async function expectNothing(what: string): Promise<void> {
    const text = decodeURIComponent(encodeURIComponent(await kept()));
    expect(
      canaries.filter((word) => text.includes(word)),
      what,
    ).toEqual([]);
  }

  test("leaves none of forty canaries outside of the page", async () => {
    for (const [n, { lastname, firstname, email, number }] of people.entries()) {
      await page.value(
        "document.querySelector('#search').focus(), document.querySelector('#search').select()",
      );
      await write([lastname, email, number, `${firstname} ${lastname}`][n % 4] ?? "");
      await page.until(`document.querySelector('.found[aria-busy=false] #hit-${ids[n]}')`);
      await expectNothing("a search");
      await press("Enter");
      await page.until(`location.pathname === '/customers/${ids[n]}'`);
      await shows(email);
      await expectNothing("a customer");
      await press("a");
      await page.until("document.activeElement?.id === 'channel-address'");
      await write(people[(n + 1) % 10]?.email ?? "");
      await page.tab.locator("[form=add-channel]").first().click();
      await page.until("document.querySelector('.taken-card')");
      await expectNothing("a taken address");
      await page.tab.locator("[role=dialog] header button").first().click();
      await page.until("document.querySelector('[role=dialog] [role=alert] .btn:not(.pri)')");
      await page.tab.locator("[role=dialog] [role=alert] .btn:not(.pri)").first().click();
      await page.until("!document.querySelector('[role=dialog]')");
      await page.value("history.back()");
      await page.until("document.querySelector('#search')");
      await expectNothing("back at the search");
    }
    for (const { number } of people) {
      await page.open("about:blank");
      await page.open(`${world.url}/call#${number}`);
      await shows("Calling now");
      await page.until("location.pathname.startsWith('/customers/')");
      await expectNothing("a call");
    }
    await page.open(`${world.url}/tickets?all=1`);
    await page.until("document.querySelector('.find-in input')");
    await page.value("document.querySelector('.find-in input').focus()");
    await write(people[0]?.email ?? "");
    await page.until("!document.querySelector('.tickets tbody tr')");
    await expectNothing("a search for tickets");
    await page.open(`${world.url}/tickets/${ticketId}`);
    await page.until("document.querySelector('.whose form input')");
    await page.value("document.querySelector('.whose form input').focus()");
    await write(people[0]?.lastname ?? "");
    await shows(people[0]?.firstname ?? "");
    await expectNothing("a ticket that is linked");

    const asked = page.requests
      .map(({ url }) => decodeURIComponent(url))
      .filter((url) => !url.includes("/call#"));
    expect(canaries.filter((word) => asked.some((url) => url.includes(word)))).toEqual([]);
    expect(
      asked.filter((url) => !/^(data|about|blob):/.test(url) && !url.startsWith(`${world.url}/`)),
    ).toEqual([]);
    const { entries } = await page.send("Page.getNavigationHistory");
    // not what was typed into the address bar: that is the telephone system's, and is replaced at once
    const history = decodeURIComponent(JSON.stringify(entries.map(({ url, title }) => [url, title])));
    expect(canaries.filter((word) => history.includes(word))).toEqual([]);
    expect(logged.length).toBeGreaterThan(50);
    const log = logged.join("\n");
    expect(canaries.filter((word) => log.includes(word))).toEqual([]);
    // refused on purpose: addresses of others
    expect(page.complaints.filter((line) => !line.includes("status of 409"))).toEqual([]);
  }, 180_000);

  test("would be caught: a canary in a title, in a storage and in the history", async () => {
    await page.value(`document.title = ${JSON.stringify(canaries[0])}`);
    await expect(expectNothing("a title")).rejects.toThrow();
    await page.value("document.title = ''");
    await page.value(`sessionStorage.setItem("last", ${JSON.stringify(canaries[2])})`);
    await expect(expectNothing("a storage")).rejects.toThrow();
    await page.value("sessionStorage.clear()");
    await page.value(`history.replaceState({ typed: ${JSON.stringify(canaries[3])} }, "")`);
    await expect(expectNothing("the history")).rejects.toThrow();
  }, 60_000);
});
