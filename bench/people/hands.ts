/**
 * Hands: a person at the console in Chromium, who sees what is painted, types and points. Keys and clicks are real events
 * of the browser, and counted. Between two keys pass 120 ms, and before a click 1,200 ms, as in the keystroke-level model.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findChromium, openPage, type Page } from "../../server/test/support/servers/browser.ts";
import { clickable, fillable, named } from "../../server/test/support/servers/console-page.ts";

const keyMs = 120;
const clickMs = 1200;
const pictures = join(process.cwd(), ".cache", "people");

/** What is clicked: what can be pressed, or a field. */
const usable: typeof clickable = (tab, ...name) => clickable(tab, ...name).or(fillable(tab, ...name));

// In the page: whether a text is read, and when what was drawn is painted.
const finder = `
  globalThis.reads = (text) => (document.querySelector("[role=dialog]") ?? document.body)?.innerText.includes(text);
  globalThis.painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.timeOrigin + performance.now());
    port2.postMessage(0);
  }));`;

export interface Hands {
  page: Page;
  /** what was done since the last {@link begin} */
  tally: { keys: number; clicks: number };
  begin(): void;
  /** a key, with `ctrl` held or not */
  press(key: string, isCtrl?: boolean): Promise<void>;
  type(text: string): Promise<void>;
  click(name: string): Promise<void>;
  open(url: string): Promise<void>;
  until(expression: string): Promise<void>;
  reads(text: string): Promise<void>;
  /** writes what is seen as .cache/people/NAME.png */
  picture(name: string): Promise<void>;
}

export async function openHands(): Promise<Hands> {
  const chromium = findChromium();
  if (!chromium) throw new Error("Chromium is not installed");
  const page = await openPage(chromium);
  await page.tab.addInitScript({ content: finder });
  mkdirSync(pictures, { recursive: true });
  const tally = { keys: 0, clicks: 0 };
  const press = async (key: string, isCtrl = false) => {
    tally.keys += 1;
    await wait(keyMs);
    const { keyboard } = page.tab;
    if (isCtrl) await keyboard.press(`Control+${key}`);
    else if (key.length === 1)
      await keyboard.type(key); // also what no key of this keyboard writes
    else await keyboard.press(key);
  };
  const until = (expression: string) => page.until(expression);
  return {
    page,
    tally,
    press,
    until,
    begin: () => void Object.assign(tally, { keys: 0, clicks: 0 }),
    type: async (text) => {
      for (const one of text) await press(one);
    },
    click: async (name) => {
      tally.clicks += 1;
      const find = () => named(page.tab, name, usable);
      await find();
      await wait(clickMs);
      await (await find()).click();
    },
    open: async (url) => {
      await page.open("about:blank");
      await page.open(url);
    },
    reads: (text) => until(`globalThis.reads?.(${JSON.stringify(text)})`),
    picture: async (name) => void (await page.tab.screenshot({ path: join(pictures, `${name}.png`) })),
  };
}
