// How the pages of the console look under what people need, in Chromium, if it is installed: words that are 40 % longer, as in
// other languages, cut no button; in forced colours each control has an edge and the focus is seen; at 200 % nothing is lost.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedDemo } from "../../../src/demo.ts";
import { readChannelTypes } from "../../../src/domain/channel-type.ts";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no look of the console is examined.");

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);
const world = await startTestServer({ console: true });
const { db } = world.service;
await seedDemo(db, await readChannelTypes(db));
const customer = (await world.admin.customer.list({ query: "MK-20417" })).items[0]!;
const tickets = (await world.admin.ticket.list({ itemLimit: 99 })).items;
const linked = tickets.find((one) => one.customer_id === customer.id)!;
const unlinked = tickets.find((one) => one.customer_id === null && one.from !== "")!;

const pages: [string, string][] = [
  ["/customers", ".hit"],
  ["/customers/new", "main form"],
  [`/customers/${customer.id}`, ".stream article"],
  ["/tickets", ".tickets tbody tr"],
  [`/tickets/${linked.id}`, ".whose .holder"],
  [`/tickets/${unlinked.id}`, ".whose form"],
  ["/settings/system", ".chk"],
];
const timeoutMs = 180_000;

describe.skipIf(!chromium)("looks", () => {
  let page: Page;

  async function show(width: number, height: number, forcedColors: "active" | "none" = "none") {
    await page.tab.setViewportSize({ width, height });
    await page.tab.emulateMedia({ reducedMotion: "reduce", forcedColors });
  }

  async function open(path: string, element: string): Promise<void> {
    await page.open("about:blank");
    await page.open(world.url + path);
    await page.until(`document.querySelector(${JSON.stringify(element)})`);
    await page.until("!document.querySelector('.skels, [aria-busy=true]')");
    await page.value("document.fonts.ready.then(() => 0)");
  }

  beforeAll(async () => {
    page = await openPage(chromium!);
    await page.open(`${world.url}/sign-in`);
    await page.until("document.activeElement?.name === 'key'");
    await page.tab.keyboard.insertText(world.adminKey);
    await page.tab.locator("button[type=submit]").first().click();
    await page.until("document.querySelector('#search')");
  }, timeoutMs);
  afterAll(() => page.close());

  /** Makes every word of the page itself 40 % longer, as a translation may; texts of customers stay. */
  const lengthen = `(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const one of texts) {
      if (one.parentElement.closest('bdi, kbd, code, script, time, .stream, .mono, .count, .n, .brand')) continue;
      const text = one.data.trim();
      if (/\\p{L}{2}/u.test(text)) one.data = one.data.trimEnd() + 'ë'.repeat(Math.ceil(text.length * 0.4)) + ' ';
    }
  })()`;

  /** Buttons and links whose text does not fit in them, or that stand outside of the window, by their text. */
  const cut = `[...document.querySelectorAll('button, a, label, th, h1, h2')].filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || one.closest('.vh, .skip, [hidden]')) return false;
    const scrolls = one.closest('.story-bar, .list-bar, .tabs, .over');
    const isOutside = !scrolls && (box.right > innerWidth + 1 || box.left < -1);
    const style = getComputedStyle(one);
    const isCut = one.scrollWidth > one.clientWidth + 1 && style.display !== 'inline' && style.textOverflow !== 'ellipsis' && one.clientWidth > 0;
    const isLow = one.scrollHeight > one.clientHeight + 3 && style.display !== 'inline' && one.clientHeight > 0 && style.overflowY !== 'visible';
    const holds = [...one.children].some((child) => child.getBoundingClientRect().height > box.height + 3);
    return isOutside || isCut || isLow || holds;
  }).map((one) => one.tagName + ' ' + one.className + ': ' + one.innerText.slice(0, 40))`;

  test.each(pages)(
    "%s with longer words",
    async (path, element) => {
      for (const [width, height] of [
        [1440, 900],
        [390, 844],
      ] as const) {
        await show(width, height);
        await open(path, element);
        await page.value(lengthen);
        expect.soft({ width, cut: await page.value(cut) }).toEqual({ width, cut: [] });
        expect
          .soft(await page.value("document.documentElement.scrollWidth - innerWidth"))
          .toBeLessThanOrEqual(0);
      }
    },
    timeoutMs,
  );

  /** Controls without an edge: neither a border nor an outline, so that in forced colours nothing tells them from text. */
  const edgeless = `[...document.querySelectorAll('.btn, .input, .select, .filter, .choice, .switch, .check .box')].filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || one.matches('.ghost, .link')) return false;
    const style = getComputedStyle(one);
    return parseFloat(style.borderTopWidth) === 0 && style.outlineStyle === 'none';
  }).map((one) => one.tagName + ' ' + one.className)`;

  test.each(pages)(
    "%s in forced colours",
    async (path, element) => {
      await show(1440, 900, "active");
      await open(path, element);
      expect(await page.value("matchMedia('(forced-colors: active)').matches")).toBe(true);
      expect.soft(await page.value(edgeless)).toEqual([]);
      await page.value("document.activeElement.blur()");
      for (let n = 0; n < 6; n += 1) {
        await page.tab.keyboard.press("Tab");
        expect
          .soft(
            await page.value(`(() => {
              const at = document.activeElement;
              if (at === document.body) return 'seen'; // the last part of the page was left
              for (let one = at; one && one !== document.body; one = one.parentElement) {
                const { outlineStyle, outlineWidth } = getComputedStyle(one);
                if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return 'seen';
              }
              return at.outerHTML.slice(0, 120);
            })()`),
          )
          .toBe("seen");
      }
    },
    timeoutMs,
  );

  test.each(pages)(
    "%s at 200 %",
    async (path, element) => {
      await show(720, 450);
      await open(path, element);
      expect
        .soft(await page.value("document.documentElement.scrollWidth - innerWidth"))
        .toBeLessThanOrEqual(0);
      expect.soft(await page.value(cut)).toEqual([]);
    },
    timeoutMs,
  );
});
