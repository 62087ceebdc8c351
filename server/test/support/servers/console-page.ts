// The console in Chromium, for tests that use it as a person does: it finds what it uses by role and name, as it is read aloud,
// points and types. What is covered, disabled or still moving is not clicked. While a dialog is open it sees nothing else, but
// for menus.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Locator } from "playwright-core";
import { findChromium, openPage, type Page } from "./browser.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");

export interface ConsolePage extends Page {
  /** signs in with a key, and goes to a path */
  signIn(key: string, path: string): Promise<void>;
  /** goes to a path in the session that is open */
  goTo(path: string): Promise<void>;
  /** whether a text is shown now */
  reads(text: string): Promise<boolean>;
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
  /** waits until the field with this name has the focus */
  isFocused(name: string): Promise<void>;
  /** presses a key, such as `j`, `Enter` or `Control+s` */
  press(key: string): Promise<void>;
  /** writes into what has the focus, at once */
  write(text: string): Promise<void>;
}

/** The path of the installed Chromium, with the console built for it; undefined, and said, without one. */
export function prepareConsole(): string | undefined {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
  const chromium = findChromium();
  if (!chromium) console.warn("SKIPPED: Chromium is not installed, so the console is not used in a browser.");
  return chromium;
}

type Tab = Page["tab"];
type Kind = (tab: Tab, name: string | RegExp, exact: boolean) => Locator;

const within = (tab: Tab) => tab.locator("[role=dialog], body:not(:has([role=dialog]))");
const roles = ["button", "link", "radio", "checkbox", "switch"] as const;

export const clickable: Kind = (tab, name, exact) => {
  const options = { name, exact, disabled: false };
  return roles.reduce(
    (all, role) => all.or(within(tab).getByRole(role, options)),
    tab.getByRole("menuitem", options),
  );
};
export const fillable: Kind = (tab, name, exact) =>
  within(tab)
    .getByLabel(name, { exact })
    .and(tab.locator(":is(input, select, textarea):enabled"))
    .filter({ visible: true });

/** The last one with a name, else the first one whose name begins so; undefined if there is none now. */
async function find(tab: Tab, name: string, kind: Kind): Promise<Locator | undefined> {
  const exact = kind(tab, name, true);
  if ((await exact.count()) > 0) return exact.last();
  const begins = kind(tab, new RegExp(`^${name.replace(/[^\w\s]/g, "\\$&")}`), false);
  return (await begins.count()) > 0 ? begins.first() : undefined;
}

/** Waits for what has a name. */
export async function named(tab: Tab, name: string, kind: Kind): Promise<Locator> {
  for (const end = Date.now() + 120_000; ; await wait(10)) {
    const found = await find(tab, name, kind);
    if (found) return found;
    if (Date.now() > end) throw new Error(`nothing has the name ${name}`);
  }
}

/** Opens the console of a server in a browser. */
export async function openConsole(url: string, chromium: string): Promise<ConsolePage> {
  const page = await openPage(chromium);
  const { tab } = page;
  const press = (key: string) => tab.keyboard.press(key);
  const write = (text: string) => tab.keyboard.insertText(text);
  const reads = (text: string) =>
    `(document.querySelector("[role=dialog]") ?? document.body)?.innerText.includes(${JSON.stringify(text)})`;
  return {
    ...page,
    press,
    write,
    signIn: async (key, path) => {
      await tab.context().clearCookies();
      if (await page.value("location.protocol === 'http:'")) await page.value("localStorage.clear()");
      await page.open(`${url}/sign-in?next=${path}`);
      await page.until("document.activeElement?.name === 'key'");
      await write(key);
      await press("Enter");
      await page.until("document.querySelector('nav a, .me')"); // a key may have no page in the navigation
    },
    goTo: async (path) => {
      await page.open("about:blank");
      await page.open(`${url}${path}`);
      await page.until("document.querySelector('main')");
    },
    reads: (text) => page.value(`Boolean(${reads(text)})`),
    shows: (text) => page.until(reads(text)),
    showsNot: (text) => page.until(`document.body && !${reads(text)}`),
    isOffered: async (name) => (await find(tab, name, clickable)) !== undefined,
    click: async (name) => (await named(tab, name, clickable)).click(),
    fill: async (name, text) => {
      const field = await named(tab, name, fillable);
      if (await tab.locator("select").and(field).count()) await field.selectOption({ value: text });
      else await field.fill(text);
    },
    valueOf: async (name) => (await named(tab, name, fillable)).inputValue(),
    isFocused: async (name) =>
      (await named(tab, name, fillable)).and(tab.locator(":focus")).waitFor({ state: "attached" }),
  };
}
