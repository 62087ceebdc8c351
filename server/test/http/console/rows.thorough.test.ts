// Rows of the console's tables in Chromium, if it is installed, by keys alone: one row is reached by Tab, arrows and letters
// go on from it, Enter opens it; what has the focus keeps the keys that it needs itself.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });
for (const name of ["colour", "size", "tier"])
  await world.admin.customfield.create({ brandId: 1, name, label: name });
await world.admin.key.create({ name: "Shop", permissions: ["CUSTOMER_READ"] });
const catchTab = "window.open = (address) => void (globalThis.opened = address)";

describe.skipIf(!chromium)("rows of a table by keys", () => {
  let page: ConsolePage;
  beforeAll(async () => {
    page = await openConsole(world.url, chromium!);
    await page.signIn(world.adminKey, "/settings/fields");
    await page.shows("custom_tier");
  }, 180_000);
  afterAll(() => page.close());

  /** The first word of what has the focus, if that is a row. */
  const row = () =>
    page.value<string>(
      "document.activeElement.matches('tr') ? document.activeElement.innerText.split(/\\s/)[0] : ''",
    );
  const after = async (...keys: string[]) => {
    for (const key of keys) await page.press(key);
    return row();
  };

  test("arrows, letters, Home and End move the focus, which Tab finds again", async () => {
    expect([await after("ArrowDown"), await after("ArrowDown"), await after("j")]).toEqual([
      "colour",
      "size",
      "tier",
    ]);
    expect([await after("j"), await after("k"), await after("Home"), await after("ArrowUp")]).toEqual([
      "tier",
      "size",
      "colour",
      "colour",
    ]);
    expect(await after("End")).toBe("tier");
    await page.value("document.activeElement.blur()");
    expect(await page.value("[...document.querySelectorAll('tbody tr')].map((one) => one.tabIndex)")).toEqual(
      [-1, -1, 0],
    );
    expect(await after("ArrowUp")).toBe("tier");
    await page.value("document.querySelector('tbody tr:nth-child(2) .acts button').focus()");
    expect(await after("ArrowUp")).toBe("colour");
  });

  test("Enter opens the row, an open dialog keeps the keys, and the focus comes back", async () => {
    await page.press("Enter");
    await page.shows("Change colour");
    await page.value("document.querySelector('[role=dialog] header button').focus()");
    await page.press("ArrowDown");
    expect(await row()).toBe("");
    await page.press("Escape");
    await page.until("!document.querySelector('[role=dialog]')");
    await page.until("document.activeElement.matches('tr')");
    expect(await row()).toBe("colour");
  });

  test("Enter goes to a page, with Ctrl in a new tab, or opens the menu of a row", async () => {
    await page.goTo("/settings/brands");
    await page.until("document.querySelector('tbody tr')");
    await page.value(catchTab);
    await page.press("ArrowDown");
    await page.press("Control+Enter");
    expect(await page.value("new URL(opened).pathname")).toBe("/settings/brands/1");
    await page.press("Enter");
    await page.until("location.pathname === '/settings/brands/1'");
    await page.goTo("/settings/keys");
    await page.until("document.querySelector('.matrix tbody tr [aria-haspopup]')");
    await page.press("End");
    await page.press("Enter");
    await page.until("document.querySelector('[role=menuitem]')");
  });

  test("the region that scrolls keeps its arrows, and letters that are switched off do nothing", async () => {
    await page.goTo("/settings/fields");
    await page.until("document.querySelector('tbody tr')");
    await page.value("document.querySelector('.scroll').focus()");
    expect([await after("ArrowDown"), await after("j")]).toEqual(["", "colour"]);
    await page.goTo("/settings/me");
    await page.click("Off");
    await page.goTo("/settings/fields");
    await page.until("document.querySelector('tbody tr')");
    expect([await after("j"), await after("ArrowDown")]).toEqual(["", "colour"]);
  });

  test("a button that has the focus keeps its Enter, until a key has marked a ticket", async () => {
    const address = "robin@example.org";
    await world.admin.customer.create({
      brandId: 1,
      primaryId: "robin",
      channels: [{ type: "email", address }],
    });
    for (const from of [address, "kettle@example.org"])
      await world.admin.ticket.create({ brandId: 1, channel: "email", from });
    await page.goTo("/tickets");
    await page.until("document.querySelector('.tickets tbody tr')");
    await page.value("document.querySelector('.seg button:last-child').focus()");
    await page.press("Enter");
    await page.until("location.search === '?all=1'");
    await page.until("document.querySelectorAll('.tickets tbody tr').length === 2");
    await page.press("End");
    await page.value(catchTab);
    await page.press("Control+Enter");
    expect(await page.value("opened")).toMatch(/^\/tickets\/\d+$/);
    await page.press("Enter");
    await page.until("/^.tickets.\\d+$/.test(location.pathname)");
  });
});
