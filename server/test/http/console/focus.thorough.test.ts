// The keyboard alone, in a real browser: Tab reaches every control of every page, a dialog or a menu that is closed gives the
// focus back to what opened it, and no act loses the focus with what it takes away.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareConsole } from "../../support/servers/console-page.ts";
import { type ConsoleWithPages, openPages, seedPages } from "../../support/servers/console-pages.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true, rateLimit: 0 });
const { pages, linked, unlinked, webhook } = await seedPages(world);
const customerPage = `/customers/${linked.customer_id}`;

// In the page: what Tab should reach (of radio buttons the chosen one, of the rows of a table any), and what it has reached.
const helpers = `
  globalThis.controls = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }) && !one.matches("[data-base-ui-focus-guard]"))
    .filter((one) => one.type !== "radio" || one.checked);
  globalThis.reached = new Set();
  globalThis.isReached = (one) => reached.has(one) || (one.matches("tr") && [...one.parentElement.children].some((row) => reached.has(row)));
  addEventListener("focusin", ({ target }) => reached.add(target), { capture: true });
  globalThis.describe = (one) => one === document.body ? "nothing" : one.cloneNode().outerHTML + (one.innerText ?? "").slice(0, 40);`;

describe.skipIf(!chromium)("by the keyboard alone", () => {
  let page: ConsoleWithPages;
  beforeAll(async () => {
    page = await openPages(world, chromium!, helpers);
  });
  afterAll(() => page.close());

  const focus = async (element: string) => {
    await page.isThere(element);
    await page.value(`document.querySelector(${JSON.stringify(element)}).focus()`);
  };
  /** A call is loaded: it is taken when the console starts. */
  const open = (path: string, element: string) =>
    path.startsWith("/call") ? page.load(path, element) : page.visit(path, element);
  const focused = () => page.value<string>("describe(document.activeElement)");

  test.each(pages)("Tab reaches every control of %s", async (path, element) => {
    await open(path, element);
    await page.value("void (reached.clear(), controls()[0].focus())");
    const count = () => page.value<number>("controls().length");
    for (let before = 0; before < (await count()); ) {
      before = await count(); // more may come while Tab is pressed
      // a date has several stops, and what scrolls is one
      const stops =
        before + 12 + 6 * (await page.value<number>("document.querySelectorAll('[type^=date]').length"));
      for (let stop = 0; stop < stops; stop += 1) await page.press("Tab");
    }
    expect(await count()).toBeGreaterThan(5);
    expect(await page.value("controls().filter((one) => !isReached(one)).map(describe)")).toEqual([]);
  });

  /** Each overlay: its page, what the page shows, what opens it by Enter, then by more keys, and what it shows. */
  test.each<[string, string, string, string[], string]>([
    [customerPage, ".stream article", ".cust-head .acts > .btn:nth-child(2)", ["Enter"], "#event"],
    [
      customerPage,
      ".stream article",
      ".facts h2 button, .facts .sec-h button",
      ["Enter"],
      "#channel-address",
    ],
    [customerPage, ".stream article", ".cust-head .acts button:last-child", ["Enter"], "[role=menuitem]"],
    [customerPage, ".stream article", ".me [aria-haspopup=menu]", ["Enter"], "[role=menuitemradio]"],
    [customerPage, ".stream article", ".nav a", ["?"], ".key-list"],
    ["/settings/brands", ".rows tbody tr", ".bar .pri", ["Enter"], "[role=dialog] form"],
    ["/settings/fields", ".rows tbody tr", ".bar .pri, .page .pri", ["Enter"], "[role=dialog] form"],
    ["/settings/fields", ".rows tbody tr", ".rows .acts .btn", ["Enter"], "[role=dialog] form"],
    [
      "/settings/fields",
      ".rows tbody tr",
      ".rows .acts .btn:last-child",
      ["Enter"],
      "[role=dialog] .btn.bad",
    ],
    ["/settings/types", ".rows tbody tr", ".rows .acts .btn", ["Enter"], "[role=dialog] form"],
    ["/settings/keys", ".page table", ".tools .btn", ["Enter"], "[role=dialog] .grants"],
    ["/settings/people", ".page", ".tools .btn", ["Enter"], "[role=dialog] .grants"],
    ["/settings/webhooks", ".hooks tbody tr", ".tools .btn", ["Enter"], "[role=dialog] .grants"],
    [`/settings/webhooks/${webhook.id}`, ".tools .btn", ".del-head > .btn", ["Enter"], "[role=dialog] form"],
    ["/settings/brands/1", ".set-form", ".quiet-bad", ["Enter"], "[role=dialog] .btn.bad"],
  ])("on %s what %s%s opens gives the focus back", async (path, element, opener, keys, overlay) => {
    await open(path, element);
    await focus(opener);
    const before = await focused();
    for (const key of keys) await page.press(key);
    await page.isThere(overlay);
    await page.until("document.activeElement.closest('[role=dialog], [role=menu]')");
    await page.press("Escape");
    await page.until("!document.querySelector('[role=dialog], [role=menu]')");
    await expect.poll(focused).toBe(before);
  });

  /** Each act: its page, what the page shows, the keys on what has the focus, and what is seen when it is done. */
  test.each<[string, string, string, [on: string, key: string][], string]>([
    ["linking", `/tickets/${unlinked.id}`, ".whose form", [], ".whose .holder"],
    ["unlinking", `/tickets/${linked.id}`, ".whose .holder", [[".whose .btn", "Enter"]], ".whose form"],
    [
      "deleting a field",
      "/settings/fields",
      ".rows tbody tr",
      [
        ["[aria-label='Delete Focus']", "Enter"],
        ["[role=dialog] .btn.bad", "Enter"],
      ],
      ".toast",
    ],
    [
      "bringing a customer back",
      "/customers?deleted=1",
      ".deleted tbody tr",
      [[".deleted tbody .btn", "Enter"]],
      ".toast",
    ],
    [
      "closing a toast",
      "/customers?deleted=1",
      ".deleted tbody tr",
      [
        [".deleted tbody .btn", "Enter"],
        [".toast button.icon", "Enter"],
      ],
      "body:not(:has(.toast))",
    ],
  ])("%s loses no focus", async (name, path, element, keys, seen) => {
    await open(path, element);
    if (name === "linking") {
      await focus(".whose input");
      await page.write("a");
      await page.isThere(".whose form[aria-busy=false] .cand.on");
      await page.press("Enter");
    }
    for (const [on, key] of keys) {
      await focus(on);
      await page.press(key);
    }
    await page.isThere(seen);
    await page.until("!document.querySelector('[role=dialog]')");
    await expect.poll(focused).not.toBe("nothing");
  });

  test("the step to the next record keeps the focus on its button", async () => {
    await open("/tickets", ".tickets tbody a");
    await page.press("Enter");
    await focus(".tools [aria-label='Next result']");
    const before = await focused();
    const path = await page.value<string>("location.pathname");
    await page.press("Enter");
    await page.until(`location.pathname !== ${JSON.stringify(path)}`);
    await expect.poll(focused).toBe(before);
  });
});
