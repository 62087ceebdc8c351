// Every key of the keymap on every page of the console, in a real browser with nothing focused: what the keymap says
// happens, and nothing where it says nothing: no other page, no write, no complaint. Nothing happens either in a field, behind
// a dialog, with letters switched off, or for who may not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Permission } from "@dossier/api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Act, acts, type Place } from "../../../../console/src/ui/keymap.ts";
import { prepareConsole } from "../../support/servers/console-page.ts";
import {
  type ConsolePageRow,
  type ConsoleWithPages,
  openPages,
  seedPages,
} from "../../support/servers/console-pages.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true, rateLimit: 0 });
const { pages, linked } = await seedPages(world);

const at = (path: string) => `location.pathname === ${JSON.stringify(path)}`;
const dialog = (element: string) => `document.querySelector('[role=dialog] ${element}')`;
const focused = (element: string) => `document.activeElement.matches(${JSON.stringify(element)})`;
const menuWith = (label: string) =>
  `[...document.querySelectorAll('[role=menuitem]')].some((one) => one.textContent === ${JSON.stringify(label)})`;
const isRecord = "isRecord(location.pathname)";

/** What each act does, as seen on the page; `first` is pressed before it. */
const effects: Partial<Record<Act, { first?: string[]; seen: string }>> = {
  search: { seen: `${at("/customers")} && ${focused("#search")}` },
  palette: { seen: dialog("[role=combobox]") },
  help: { seen: dialog(".key-list") },
  goCustomers: { seen: at("/customers") },
  goTickets: { seen: at("/tickets") },
  goSettings: { seen: at("/settings/brands") },
  down: { first: ["Home"], seen: "marked() === 1" },
  up: { first: ["Home", "ArrowDown"], seen: "marked() === 0" },
  first: { first: ["End"], seen: "marked() === 0" },
  last: { first: ["Home"], seen: "marked() > 4 || (marked() > 0 && marked() === rows().length - 1)" },
  open: { first: ["Home"], seen: `${isRecord} || document.querySelector('[role=dialog], [role=menu]')` },
  openTab: { first: ["Home"], seen: "isRecord(new URL(globalThis.opened, location.href).pathname)" },
  newCustomer: { seen: at("/customers/new") },
  copyNumber: { seen: "document.querySelector('.toast')" },
  choose: { seen: isRecord },
  back: { seen: "['/customers', '/tickets'].includes(location.pathname)" },
  copyMenu: { seen: menuWith("Copy the link to this page") },
  moreActions: { seen: menuWith("Erase for good") },
  addEvent: { seen: dialog("#event") },
  addChannel: { seen: dialog("#channel-address") },
  show: { seen: "pressed() === Number(globalThis.key) - 1" },
  goToDay: { seen: focused("input[type=date]") },
  link: {
    seen: `(location.pathname !== globalThis.from && ${isRecord}) || ${focused(".whose input, .whose button")}`,
  },
  write: { seen: focused("#write") },
};
/** Acts that are a request, and the one that they make. */
const requests: Partial<Record<Act, RegExp>> = {
  askCrm: /^\w+ \S+sync/i,
  checkAgain: /^GET \S+health/,
};
/** Acts that do nothing on a page that was just opened: nothing was done, written or listed before. Others have tests of their own. */
const idle = new Set<Act>(["undo", "save", "previous", "next"]);

const helpers = `
  globalThis.isRecord = (path) => /^.(customers|tickets|settings.brands|settings.webhooks).\\d+$/.test(path);
  globalThis.rows = () => [...document.querySelectorAll("#hits [role=option], .tickets tbody tr:not(.space), tbody > [tabindex]")];
  globalThis.marked = () => rows().findIndex((one) => one.matches(".on, :focus"));
  globalThis.pressed = () => [...document.querySelectorAll(".story-bar .seg button")].findIndex((one) => one.ariaPressed === "true");
  globalThis.look = () => JSON.stringify([location.pathname + location.search, document.title, marked(), pressed(),
    document.querySelectorAll("[role=dialog], [role=menu], .toast").length, document.activeElement === document.body || document.activeElement.cloneNode().outerHTML,
    document.querySelector("main").innerText]);
  globalThis.open = (address) => void (globalThis.opened = address);`;

describe.skipIf(!chromium)("the keys", () => {
  let page: ConsoleWithPages;
  beforeAll(async () => {
    page = await openPages(world, chromium!, helpers);
  });
  beforeEach(() => void (page.complaints.length = 0));
  afterAll(() => page.close());

  /** Presses `n`, `alt+n` or `g c`; the letters are not written. */
  async function press(keys: string): Promise<void> {
    const sent: Promise<unknown>[] = [];
    for (const one of keys.split(" ")) {
      const [, modifier, key = one] = /^(ctrl|alt)\+(.+)$/.exec(one) ?? [];
      const modifiers = { alt: 1, ctrl: 2 }[modifier ?? ""] ?? 0;
      const code = key.length === 1 ? `Key${key.toUpperCase()}` : key;
      const parameters = { key, code, modifiers };
      sent.push(page.send("Input.dispatchKeyEvent", { type: "keyDown", ...parameters }));
      sent.push(page.send("Input.dispatchKeyEvent", { type: "keyUp", ...parameters }));
    }
    await Promise.all(sent);
  }
  /** One after the other, without a pause. */
  const pressAll = (keys: readonly string[]) => Promise.all(keys.map(press));
  const blur = () => page.value("document.activeElement.blur()");
  const look = () => page.value<string>("look()");
  /** What is seen without the focus and the text. */
  const around = async () => (JSON.parse(await look()) as unknown[]).slice(0, 5);
  /** A call and a record are loaded: with what was there before they would have more keys. */
  const open = (path: string, element: string) =>
    /^.call|^.(customers|tickets).\d/.test(path) ? page.load(path, element) : page.visit(path, element);

  /** The keys that change what is seen, or write: none should. The list of keys, which opens after them all, is the end. */
  async function changing(path: string, element: string, keys: readonly string[]): Promise<string[]> {
    const attempt = async (some: readonly string[]) => {
      await blur();
      const before = await look();
      page.requests.length = 0;
      await pressAll(some);
      const isSame = (await look()) === before;
      await press("?");
      await page.isThere("[role=dialog]");
      const isHelp = await page.value<boolean>(`Boolean(${dialog(".key-list")})`);
      await press("Escape");
      await page.until("!document.querySelector('[role=dialog]')");
      const writes = page.requests.filter(
        ({ method, url }) => method !== "GET" && !/search|SearchBy/i.test(url),
      );
      return isSame && isHelp && writes.length === 0;
    };
    if (await attempt(keys)) return [];
    const wrong: string[] = [];
    for (const one of keys) {
      await open(path, element);
      if (!(await attempt([one]))) wrong.push(one);
    }
    await open(path, element);
    if (wrong.length === 0 && !(await attempt(keys))) wrong.push("all of them together");
    return wrong;
  }

  const isHere = (places: readonly Place[], here: readonly Place[]) =>
    places.some((one) => one === "everywhere" || here.includes(one));
  /** The keys that do something on a page, by act, and the others. */
  function keysAt(here: readonly Place[], offered = 0, permissions?: readonly Permission[]) {
    const may = (needs: readonly Permission[] = []) =>
      needs.every((one) => permissions?.includes(one) ?? true);
    const active = acts
      .filter(([act, { places, needs }]) => isHere(places, here) && !idle.has(act) && may(needs))
      .map(([act, { keys, isRange }]) => [act, isRange ? keys.slice(0, offered) : keys] as const);
    const used = new Set(active.flatMap(([, keys]) => keys));
    const all = new Set(acts.flatMap(([, { keys }]) => keys));
    return { active, others: [...all].filter((one) => !used.has(one)) };
  }

  test("a key has one act at a place, and each route is among the pages", () => {
    const twice = acts.flatMap(([act, { keys, places }]) =>
      acts
        .filter(
          ([other, at]) =>
            other < act && isHere(at.places, places) && keys.some((one) => at.keys.includes(one)),
        )
        .map(([other]) => `${act} and ${other}`),
    );
    expect(twice).toEqual([]);
    const source = (name: string) =>
      readFileSync(join(import.meta.dirname, "../../../../console/src", name), "utf8");
    const routes = ["routes.tsx", "settings/pages.ts", "settings/settings-routes.tsx"].flatMap((name) =>
      [...source(name).matchAll(/\bpath[=:] ?"(\/[^"]+)"/g)].map(([, path = ""]) =>
        path.replace(/\/\*\?$/, ""),
      ),
    );
    const isShown = (route: string) =>
      pages.some(([path]) => new RegExp(`^${route.replace(/:\w+/, "\\d+")}(\\?|/|$)`).test(path));
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter((route) => route !== "/sign-in" && !isShown(route))).toEqual([]);
  });

  test.each(pages)("on %s do what the keymap says", async (path, element, here, offered) => {
    await open(path, element);
    const { active, others } = keysAt(here, offered);
    expect(await changing(path, element, others)).toEqual([]);

    await press("?");
    await page.isThere("[role=dialog] .key-list");
    const behind = await around();
    const all = [...new Set(acts.flatMap(([, { keys }]) => keys))].filter((one) => one !== "Escape");
    await pressAll(all.filter((key) => !key.endsWith("Enter")));
    await blur();
    await pressAll(all);
    await page.until(`document.querySelectorAll('[role=dialog]').length === 1`);
    expect(await around()).toEqual(behind);
    await press("Escape");
    await page.until("!document.querySelector('[role=dialog]')");

    const field = "main :is(input:not([type=radio], [type=checkbox], [type=date]), textarea)";
    if (await page.value(`Boolean(document.querySelector("${field}"))`)) {
      await page.value(`document.querySelector("${field}").focus()`);
      const before = await look();
      await pressAll(all.filter((key) => !/\+|Enter|Arrow|Home|End/.test(key)));
      await press("ctrl+k");
      await page.isThere("[role=dialog]");
      await press("Escape");
      await page.until("!document.querySelector('[role=dialog]')");
      expect(await look()).toBe(before);
      expect(await page.value(`document.activeElement.matches("${field}")`)).toBe(true);
    }

    await blur();
    for (const [act, keys] of active)
      for (const key of keys) {
        await page.value(
          `void (globalThis.key = ${JSON.stringify(key)}, globalThis.opened = "", globalThis.from = location.pathname)`,
        );
        const asked = page.requests.length;
        const effect = effects[act];
        await pressAll([...(effect?.first ?? []), key]);
        if (effect) await page.until(`${effect.seen} /* ${key} */`);
        else
          await expect
            .poll(() => page.requests.slice(asked).map(({ method, url }) => `${method} ${url}`))
            .toContainEqual(expect.stringMatching(requests[act]!));
        await press("Escape");
        await page.until("!document.querySelector('[role=dialog], [role=menu]')");
        // a call that was put away is not there again
        if (act === "back") await open(path, element);
        else await page.visit(path.replace(/^(\/call).*/, "$1"), element);
      }
    expect(page.complaints.filter((line) => !/status of 4/.test(line))).toEqual([]);
  });

  const customerPage = `/customers/${linked.customer_id}`;

  test("Enter is that of the link with the focus, and not of the marked row", async () => {
    await page.load("/tickets", ".tickets tbody a");
    const wanted = await page.value<string>(`(() => {
      const link = [...document.querySelectorAll(".tickets tbody .tk a")].at(2);
      link.focus();
      return link.getAttribute("href");
    })()`);
    await page.press("Enter");
    await page.until(at(wanted));
  });

  test("the brackets go along the newest list, and stop at its ends", async () => {
    for (const [list, row] of [
      ["/customers", "#hits [role=option]"],
      ["/tickets", ".tickets tbody a"],
    ] as const) {
      await page.load(list, row);
      await pressAll(["Home", "Enter"]);
      await page.until(isRecord);
      const first = await page.value<string>("location.pathname");
      await page.isRead(".cust-head, .tick-head");
      await press("[");
      await press("]");
      await page.until(`${isRecord} && !(${at(first)})`);
      await page.isRead(".cust-head, .tick-head");
      await press("[");
      await page.until(at(first));
    }
  });

  test("the last act is undone while that is offered, and a form is saved from its fields", async () => {
    await page.load(`/tickets/${linked.id}`, ".whose .holder");
    const holder = async () => (await world.admin.ticket.find({ id: linked.id })).item.customer_id;
    for (const key of ["u", "ctrl+z"]) {
      await page.click("Unlink");
      await page.isThere(".toast .kbd");
      await page.value("document.querySelector('#write').focus()");
      await press(key);
      expect(await page.value(`${focused("#write")} && document.querySelector(".toast .kbd") !== null`)).toBe(
        true,
      );
      expect(await holder()).toBeNull();
      await blur();
      await press(key);
      await page.isThere(".whose .holder");
      expect(await holder()).toBe(linked.customer_id);
    }
    await page.load("/settings/brands/1", ".set-form");
    await page.value("document.querySelector('.set-form input').focus()");
    await page.write("Brand of the keys ");
    await page.isThere(".foot-bar .pri");
    await press("ctrl+s");
    await page.isThere(".foot-bar.idle");
    expect((await world.admin.brand.find({ id: 1 })).item.name).toContain("Brand of the keys");
  });

  test("letters that are switched off do nothing, keys with a modifier do", async () => {
    await page.load(customerPage, ".stream article");
    await page.value("localStorage.setItem('dossier-keys', 'off')");
    const before = await look();
    await pressAll(acts.flatMap(([, { keys }]) => keys.filter((one) => !/\+|\w{2}/.test(one))));
    await press("ctrl+k");
    await page.isThere("[role=dialog] [role=combobox]");
    await press("Escape");
    await page.until("!document.querySelector('[role=dialog]')");
    expect(await look()).toBe(before);
    await page.value("localStorage.removeItem('dossier-keys')");
  });

  test.each<[string, Permission[], ConsolePageRow[]]>([
    [
      "reads",
      ["CUSTOMER_READ", "TICKET_READ"],
      pages.filter(([path]) => /^.(customers|tickets|call)\b/.test(path)),
    ],
    ["may see no customers", ["TICKET_READ"], pages.filter(([path]) => /^.tickets$|.me$/.test(path))],
  ])("who %s has no key for what is not allowed", async (_name, permissions, some) => {
    await page.signIn(await world.keyFor(permissions), "/settings/me");
    for (const [path, element, here, offered] of some) {
      if (/deleted|new/.test(path)) continue; // those pages are for who may write
      const there = element.replace("button:last-child", "button");
      await open(path, there);
      const { others } = keysAt(here, offered, permissions);
      expect({ path, wrong: await changing(path, there, [...others, "g s"]) }).toEqual({ path, wrong: [] });
    }
  });
});
