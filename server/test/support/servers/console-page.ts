// The console in Chromium, for tests that use it as a person does: it finds what it uses by its name, as it is read aloud,
// types and clicks. While a dialog is open it sees nothing else, but for menus.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findChromium, openPage, type Page } from "./browser.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");

export interface ConsolePage extends Page {
  /** signs in with a key, and goes to a path */
  signIn(key: string, path: string): Promise<void>;
  /** goes to a path in the session that is open */
  goTo(path: string): Promise<void>;
  /** waits for a text */
  shows(text: string): Promise<void>;
  /** waits until a text is gone */
  showsNot(text: string): Promise<void>;
  /** whether something with this name can be clicked now */
  isOffered(name: string): Promise<boolean>;
  /** clicks the button, link, menu item, tick or choice with this name, once it is there */
  click(name: string): Promise<void>;
  /** replaces what a field holds, or chooses an option by its value */
  fill(name: string, text: string): Promise<void>;
  valueOf(name: string): Promise<string>;
  press(key: string, modifiers?: number): Promise<void>;
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

// In the page: the name of an element, and what has a name, else what has one that begins with it.
const finder = `
  globalThis.nameOf = (one) => {
    const ids = one.getAttribute("aria-labelledby");
    const named = ids ? ids.split(" ").map((id) => document.getElementById(id)?.innerText ?? "").join(" ") : "";
    const label = one.labels?.[0];
    return (one.getAttribute("aria-label") ?? (named || (label ? label.innerText : one.innerText)) ?? "")
      .replace(/\\s+Ctrl S$/, "").split("\\n")[0].trim();
  };
  globalThis.within = () => document.querySelector("[role=dialog]") ?? document.body;
  globalThis.reads = (text) => document.body && within().innerText.includes(text);
  globalThis.named = (name, kinds) => {
    const all = [...document.querySelectorAll("[role=menuitem]"), ...within().querySelectorAll(kinds)]
      .filter((one) => one.matches(kinds) && one.checkVisibility() && !one.disabled);
    return all.findLast((one) => nameOf(one) === name) ?? all.find((one) => nameOf(one).startsWith(name));
  };`;

const clickable =
  "button, a, summary, input[type=radio], input[type=checkbox], [role=switch], [role=menuitem]";
const fillable = "input, select, textarea";
const one = (name: string, kinds: string) =>
  `globalThis.named?.(${JSON.stringify(name)}, ${JSON.stringify(kinds)})`;
const reads = (text: string) => `reads(${JSON.stringify(text)})`;

/** Opens the console of a server in a browser. */
export async function openConsole(url: string, chromium: string): Promise<ConsolePage> {
  const page = await openPage(chromium);
  await page.send("Page.addScriptToEvaluateOnNewDocument", { source: finder });
  const press = async (key: string, modifiers = 0) => {
    const text = key === "Enter" ? { text: "\r" } : key.length === 1 && modifiers === 0 ? { text: key } : {};
    await page.send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, modifiers, ...text });
    await page.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, modifiers });
  };
  return {
    ...page,
    press,
    signIn: async (key, path) => {
      await page.send("Network.clearBrowserCookies");
      if (await page.value("location.protocol === 'http:'")) await page.value("localStorage.clear()");
      await page.open(`${url}/sign-in?next=${path}`);
      await page.until("document.activeElement?.name === 'key'");
      await page.send("Input.insertText", { text: key });
      await press("Enter");
      await page.until("document.querySelector('nav a, .me')"); // a key may have no page in the navigation
    },
    goTo: async (path) => {
      await page.open("about:blank");
      await page.until("location.href === 'about:blank'");
      await page.open(`${url}${path}`);
      await page.until("globalThis.named && document.querySelector('main')");
    },
    shows: (text) => page.until(`globalThis.reads && ${reads(text)}`),
    showsNot: (text) => page.until(`globalThis.reads && document.body && !${reads(text)}`),
    isOffered: (name) => page.value(`Boolean(${one(name, clickable)})`),
    click: async (name) => {
      await page.until(one(name, clickable));
      await page.value(`${one(name, clickable)}.click()`);
    },
    fill: async (name, text) => {
      await page.until(one(name, fillable));
      const isSelect = await page.value<boolean>(`(() => {
        const field = ${one(name, fillable)};
        field.focus();
        if (field.localName !== "select") return (field.select(), false);
        const { set } = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value");
        set.call(field, ${JSON.stringify(text)});
        field.dispatchEvent(new Event("change", { bubbles: true }));
        return true;
      })()`);
      if (isSelect) return;
      if (text === "") await press("Backspace");
      else await page.send("Input.insertText", { text });
    },
    valueOf: async (name) => {
      await page.until(one(name, fillable));
      return page.value(`${one(name, fillable)}.value`);
    },
  };
}
