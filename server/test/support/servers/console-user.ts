// A person at the console, in a real browser: finds what it uses by its name, as it is read aloud, types and clicks. While
// a dialog is open it sees nothing else.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openPage, type Page } from "./browser.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");

/** Builds the console for a server of this process. */
export function buildConsole(): void {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
}

// In the page: the name of an element, and the last visible one with a name.
const finder = `
  globalThis.nameOf = (one) => {
    const ids = one.getAttribute("aria-labelledby");
    const named = ids ? ids.split(" ").map((id) => document.getElementById(id)?.innerText ?? "").join(" ") : "";
    const label = one.labels?.[0];
    return (one.getAttribute("aria-label") ?? (named || (label ? label.innerText : one.innerText)) ?? "")
      .replace(/\\s+Ctrl S$/, "").split("\\n")[0].trim();
  };
  globalThis.named = (name, kinds) => [...(document.querySelector("[role=dialog]") ?? document).querySelectorAll(kinds)]
    .filter((one) => one.checkVisibility() && !one.disabled && nameOf(one) === name).at(-1);
  globalThis.reads = (text) => (document.querySelector("[role=dialog]") ?? document.body).innerText.includes(text);`;

const clickable = "button, a, input[type=radio], input[type=checkbox], [role=switch], [role=menuitem]";
const fillable = "input, select, textarea";

export interface ConsoleUser {
  page: Page;
  signIn(key: string, path: string): Promise<void>;
  go(path: string): Promise<void>;
  shows(text: string): Promise<void>;
  /** whether something with this name can be clicked now */
  isOffered(name: string): Promise<boolean>;
  click(name: string): Promise<void>;
  /** replaces what a field holds, or chooses an option by its value */
  fill(name: string, text: string): Promise<void>;
  valueOf(name: string): Promise<string>;
  press(key: string, modifiers?: number): Promise<void>;
}

export async function openConsole(url: string, chromium: string): Promise<ConsoleUser> {
  const page = await openPage(chromium);
  await page.send("Page.addScriptToEvaluateOnNewDocument", { source: finder });
  const one = (name: string, kinds: string) => `named(${JSON.stringify(name)}, ${JSON.stringify(kinds)})`;
  const press = async (key: string, modifiers = 0) => {
    const text = key === "Enter" ? { text: "\r" } : key.length === 1 && modifiers === 0 ? { text: key } : {};
    await page.send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, modifiers, ...text });
    await page.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, modifiers });
  };
  const go = async (path: string) => {
    await page.open("about:blank");
    await page.until("location.href === 'about:blank'");
    await page.open(`${url}${path}`);
    await page.until("globalThis.named && document.querySelector('main')");
  };
  return {
    page,
    press,
    go,
    signIn: async (key, path) => {
      await page.send("Network.clearBrowserCookies");
      if (await page.value("location.protocol === 'http:'")) await page.value("localStorage.clear()");
      await page.open(`${url}/sign-in?next=${path}`);
      await page.until("document.activeElement?.name === 'key'");
      await page.send("Input.insertText", { text: key });
      await press("Enter");
      await page.until("document.querySelector('nav a')");
    },
    shows: (text) => page.until(`globalThis.reads && reads(${JSON.stringify(text)})`),
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
