// A long timeline in Chromium, if it is installed: what is read never moves while pages come and go, at most about 3,000
// items are held, and the way back to the newest, to a day and to one type of event.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);

const world = await startTestServer({ console: true, rateLimit: 0 });
const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no timeline is scrolled in a browser.");

const events = 9000;

describe.skipIf(!chromium)("a long timeline in a browser", () => {
  let page: Page;
  let id: number;
  beforeAll(async () => {
    page = await openPage(chromium!);
    id = (await world.admin.customer.create({ brandId: await world.newBrand(), firstname: "Ada" })).id;
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    // every third is long, so that heights differ from what is estimated
    await client.query(
      `INSERT INTO event (customer_id, type, message, initiated_by, source_url, occurred_at)
       SELECT $1, (ARRAY['order', 'delivery', 'visit'])[1 + n % 3], 'Happening ' || n || repeat(' and so on', (n % 3) * 10),
         '', '', now() - n * interval '17 minutes'
       FROM generate_series(1, $2) n`,
      [id, events],
    );
    await client.end();
    await page.open(`${world.url}/sign-in?next=/customers/${id}`);
    await page.until("document.activeElement?.name === 'key'");
    await page.tab.keyboard.insertText(await world.keyFor(["CUSTOMER_READ"]));
    await page.tab.keyboard.press("Enter");
    await page.until("document.querySelectorAll('.stream article').length > 5");
    await page.value(`(() => {
      const pane = document.querySelector('.scroll');
      const read = () => [...document.querySelectorAll('.stream article')].map((one) =>
        [one.textContent.match(/Happening (\\d+)/)?.[1] ?? one.textContent, one.getBoundingClientRect().top]);
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      // rows that have just come in are drawn once with estimated heights, at the edge where they come in
      const atRest = async () => {
        for (let [rows, before] = [read(), []]; ; before = rows, rows = read()) {
          if (rows.length > 0 && JSON.stringify(rows) === JSON.stringify(before)) return rows;
          await frame();
        }
      };
      globalThis.largestJump = 0;
      globalThis.mostDrawn = 0;
      // Scrolls by steps. What is in sight before and after a step has moved by the step; near an end by no more than
      // that and never back, because there may be less to scroll. The page may set the scroll position itself while
      // entries come and go, and nothing in sight moves by that.
      globalThis.scrollBySteps = async (step, count) => {
        let rows = await atRest();
        for (let done = 0; done < count; done += 1) {
          const before = new Map(rows);
          const room = step < 0 ? pane.scrollTop : pane.scrollHeight - pane.clientHeight - pane.scrollTop;
          pane.scrollBy({ top: step });
          await frame();
          rows = await atRest();
          globalThis.mostDrawn = Math.max(globalThis.mostDrawn, rows.length);
          for (const [name, top] of rows) {
            if (!before.has(name)) continue;
            const moved = (before.get(name) - top) * Math.sign(step);
            const size = Math.abs(step);
            const jump = room > size + 1000 ? Math.abs(moved - size) : Math.max(0, moved - size, -moved);
            globalThis.largestJump = Math.max(globalThis.largestJump, jump);
          }
        }
      };
    })()`);
  }, 180_000);
  afterAll(() => page.close());

  /** The number of the first event in sight. */
  const number = () =>
    page.value<number>(
      "Number([...document.querySelectorAll('.stream article')].find((one) => one.getBoundingClientRect().top > 60)?.textContent.match(/Happening (\\d+)/)?.[1] ?? 0)",
    );

  const asked = () => page.requests.filter(({ url }) => url.includes("timelineByCustomerExternalID")).length;

  test("scrolls down and up without a jump, and holds at most about 3,000 items", async () => {
    // a slow machine waits at an end for the next page
    for (let part = 0; part < 60 && (await number()) <= 3600; part += 1)
      await page.value("scrollBySteps(700, 25)");
    expect(await number()).toBeGreaterThan(3600);
    expect(await page.value<number>("largestJump")).toBeLessThanOrEqual(2);
    expect(await page.value<number>("mostDrawn")).toBeLessThanOrEqual(26);
    const before = asked();
    for (
      let part = 0;
      part < 60 && (await page.value("document.querySelector('.scroll').scrollTop > 0"));
      part += 1
    )
      await page.value("scrollBySteps(-700, 25)");
    await page.until("document.querySelector('.scroll').scrollTop === 0");
    await page.until("document.querySelector('.stream').innerText.includes('Happening 1')");
    expect(await page.value<number>("largestJump")).toBeLessThanOrEqual(2);
    // what was dropped on the way down is read again on the way up
    expect(asked() - before).toBeGreaterThanOrEqual(7);
  }, 180_000);

  test("jumps back to the newest in one read", async () => {
    for (let part = 0; part < 60 && (await number()) <= 3600; part += 1)
      await page.value("scrollBySteps(700, 25)");
    const before = asked();
    await page.value("document.querySelector('.scroll').scrollTo({ top: 0 })");
    await page.until("/Happening 1\\b/.test(document.querySelector('.stream').innerText)");
    expect(asked() - before).toBeLessThanOrEqual(3);
  }, 180_000);

  test("goes from item to item by keys, also past the days between them", async () => {
    await page.value("document.querySelector('.scroll').scrollTo({ top: 0 })");
    await page.until("/Happening 1\\b/.test(document.querySelector('.stream').innerText)");
    const isFocused = (number: number) =>
      page.until(`/Happening ${number}\\b/.test(document.activeElement.closest('article')?.textContent)`);
    await page.value("document.querySelector('.stream article').focus()");
    // keys that repeat do not wait for what they move to, and a day has 84 or 85 items
    for (let step = 0; step < 100; step += 1) await page.tab.keyboard.press("PageDown");
    await isFocused(101);
    for (let step = 0; step < 100; step += 1) await page.tab.keyboard.press("PageUp");
    await isFocused(1);
  }, 180_000);

  test("goes to a day and to a type of event, which stand in the address", async () => {
    await page.value("document.querySelector('.scroll').scrollTo({ top: 0 })");
    const press = (key: string) => page.tab.keyboard.press(key);
    await press("j");
    await page.until("document.activeElement?.type === 'date'");
    const day = new Date(Date.now() - 20 * 86_400_000);
    const wanted = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
    await page.value(`(() => {
      const input = document.activeElement;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, '${wanted}');
      input.dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
    await page.until(`location.search.includes('at=${wanted}')`);
    await page.until("document.querySelector('.stream time')");
    const first = await page.value<string>("document.querySelector('.stream time').dateTime");
    const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1);
    expect(end.getTime() - Date.parse(first)).toBeGreaterThan(0);
    expect(end.getTime() - Date.parse(first)).toBeLessThan(18 * 60_000);

    await page.value("document.activeElement.blur()");
    await press("4");
    await page.until("location.search.includes('show=event')");
    await page.value(`(() => {
      const select = document.querySelector('.story-bar select');
      select.value = 'visit';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    await page.until("location.search.includes('kind=visit')");
    await page.until(
      "[...document.querySelectorAll('.stream .node')].length > 3 && [...document.querySelectorAll('.stream .node')].every((one) => !one.className.includes('k-'))",
    );
  }, 180_000);
});
