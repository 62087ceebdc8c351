// The console in Chromium, for tests that use it as a person does: by what is written on buttons and fields.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findChromium, openPage, type Page } from "./browser.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");

export interface ConsolePage extends Page {
  /** signs in with a key, and goes to a path */
  signIn(key: string, path: string): Promise<void>;
  /** goes to a path in the session that is open */
  goTo(path: string): Promise<void>;
  /** waits for a text on the page */
  shows(text: string): Promise<void>;
  /** waits until a text is no longer on the page */
  showsNot(text: string): Promise<void>;
  /** clicks the button, link, menu item, tick or choice with this text or label, once it is there */
  click(label: string): Promise<void>;
  /** writes into the field with this label */
  fill(label: string, text: string): Promise<void>;
  press(key: string): Promise<void>;
}

/** The name of the installed Chromium, with the console built for it; undefined, and said, without one. */
export function prepareConsole(): string | undefined {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
  const chromium = findChromium();
  if (!chromium) console.warn("SKIPPED: Chromium is not installed, so the console is not used in a browser.");
  return chromium;
}

const named = (label: string) => `(() => {
  const within = document.querySelector("[role=dialog]") ?? document;
  const said = (one) => (one.getAttribute("aria-label") ?? one.innerText ?? "").trim();
  const all = [...document.querySelectorAll("[role=menuitem]"), ...within.querySelectorAll("button, a, label, summary")];
  const wanted = ${JSON.stringify(label)};
  return all.find((one) => said(one) === wanted && !one.disabled) ?? all.find((one) => said(one).startsWith(wanted) && !one.disabled);
})()`;

const field = (label: string) => `(() => {
  const within = document.querySelector("[role=dialog]") ?? document;
  const wanted = ${JSON.stringify(label)};
  const one = [...within.querySelectorAll("label")].find((label) => label.innerText.trim().startsWith(wanted));
  return one ? one.control : within.querySelector("[aria-label=" + JSON.stringify(wanted) + "]");
})()`;

/** Opens the console of a server in a browser. */
export async function openConsole(url: string, chromium: string): Promise<ConsolePage> {
  const page = await openPage(chromium);
  const press = async (key: string) => {
    const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
    await page.send("Input.dispatchKeyEvent", { type: "keyDown", key, ...(text ? { text } : {}) });
    await page.send("Input.dispatchKeyEvent", { type: "keyUp", key });
  };
  const shown = (text: string) => `document.body?.innerText.includes(${JSON.stringify(text)})`;
  return {
    ...page,
    press,
    shows: (text) => page.until(shown(text)),
    showsNot: (text) => page.until(`document.body && !${shown(text)}`),
    signIn: async (key, path) => {
      await page.send("Network.clearBrowserCookies");
      if (await page.value("location.protocol === 'http:'")) await page.value("localStorage.clear()");
      await page.open(`${url}/sign-in?next=${path}`);
      await page.until("document.activeElement?.name === 'key'");
      await page.send("Input.insertText", { text: key });
      await press("Enter");
      await page.until("document.querySelector('nav a')");
    },
    goTo: async (path) => {
      await page.open(`${url}${path}`);
      await page.until(`location.pathname + location.search === ${JSON.stringify(path)}`);
    },
    click: async (label) => {
      await page.until(named(label));
      await page.value(`${named(label)}.click()`);
    },
    fill: async (label, text) => {
      await page.until(field(label));
      await page.value(`${field(label)}.focus();${field(label)}.select?.()`);
      await page.send("Input.insertText", { text });
    },
  };
}
