/**
 * Hands: a person at the console in Chromium, who sees what is painted, types and points. Keys and clicks are real events
 * of the browser, and counted. Between two keys pass 120 ms, and before a click 1,200 ms, as in the keystroke-level model.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findChromium, openPage, type Page } from "../../server/test/support/servers/browser.ts";

const keyMs = 120;
const clickMs = 1200;
const pictures = join(process.cwd(), ".cache", "people");

// In the page: the last visible thing with a name that can be pressed, in the dialog if there is one.
const finder = `
  globalThis.named = (name) => {
    const within = document.querySelector("[role=dialog]") ?? document;
    const nameOf = (one) => (one.getAttribute("aria-label") ?? (one.labels?.[0] ?? one).innerText ?? "").split("\\n")[0].trim();
    return [...within.querySelectorAll("a, button, input, select, textarea, [role=switch], label")]
      .filter((one) => one.checkVisibility() && !one.disabled && nameOf(one) === name)
      .at(-1);
  };
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
  await page.send("Emulation.setDeviceMetricsOverride", {
    width: 1440,
    height: 900,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await page.send("Page.addScriptToEvaluateOnNewDocument", { source: finder });
  mkdirSync(pictures, { recursive: true });
  const tally = { keys: 0, clicks: 0 };
  const press = async (key: string, isCtrl = false) => {
    tally.keys += 1;
    await wait(keyMs);
    const text = key === "Enter" ? "\r" : key;
    const parameters = { key, code: key, modifiers: isCtrl ? 2 : 0 };
    const isText = !isCtrl && (key.length === 1 || key === "Enter");
    await page.send("Input.dispatchKeyEvent", { type: "keyDown", ...parameters, ...(isText && { text }) });
    await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...parameters });
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
      const thing = `globalThis.named?.(${JSON.stringify(name)})`;
      await until(thing);
      await wait(clickMs);
      await until(thing);
      const [x, y] = await page.value<[number, number]>(`(() => {
        const one = ${thing};
        one.scrollIntoView({ block: "nearest" });
        const { left, top, width, height } = one.getBoundingClientRect();
        return [left + width / 2, top + height / 2];
      })()`);
      const parameters = { x, y, button: "left", clickCount: 1 };
      await page.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
      await page.send("Input.dispatchMouseEvent", { type: "mousePressed", ...parameters });
      await page.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...parameters });
    },
    open: async (url) => {
      await page.open("about:blank");
      await until("location.href === 'about:blank'");
      await page.open(url);
    },
    reads: (text) => until(`globalThis.reads?.(${JSON.stringify(text)})`),
    picture: async (name) => {
      const { data } = (await page.send("Page.captureScreenshot")) as { data: string };
      writeFileSync(join(pictures, `${name}.png`), Buffer.from(data, "base64"));
    },
  };
}
