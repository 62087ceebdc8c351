// Keys and people of the console in Chromium, if it is installed: a key is made, shown once and used; only what one has
// oneself is handed out; what a key has made ends with it or is taken over; a person's key opens the console alone.
import { createClient } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });
const clientOf = (key: string) => createClient({ url: world.url, key, retry: false });

describe.skipIf(!chromium)("keys and people in a browser", () => {
  let page: ConsolePage;
  let administrator = "";
  beforeAll(async () => {
    administrator = (
      await world.admin.key.create({
        name: "Administrator",
        permissions: ["SETTINGS_CRUD", "CUSTOMER_READ", "CUSTOMER_CUD", "CHANNEL_READ", "TICKET_READ"],
      })
    ).key;
    page = await openConsole(world.url, chromium!);
  }, 180_000);
  afterAll(() => page.close());
  const secret = () => page.value<string>("document.querySelector('.secret code').innerText");

  test("makes a key that does what was chosen, and shows it once", async () => {
    await page.signIn(administrator, "/settings/keys");
    await page.click("New key");
    await page.fill("Name", "Warehouse");
    await page.click("Make the key");
    await page.shows("Choose at least one permission.");
    await page.click("read customers");
    await page.click("90 days");
    await page.click("Make the key");
    await page.shows("Key “Warehouse” is made.");
    const session = await clientOf(await secret()).session.find();
    expect(session).toMatchObject({ name: "Warehouse", permissions: ["CUSTOMER_READ"], brandIds: null });
    const days = (Date.parse(session.expiresAt ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89);
    expect(days).toBeLessThan(92);
    const begin = (await secret()).slice(0, 20);
    await page.click("I have it: hide it");
    await page.showsNot(begin);
    await page.shows("Warehouse");
  }, 180_000);

  test("makes a key by keyboard alone, and asks before what was typed is dropped", async () => {
    await page.signIn(administrator, "/settings/keys");
    await page.until("document.querySelector('.tools .pri')");
    await page.value("document.querySelector('.tools .pri').focus()");
    await page.press("Enter");
    await page.until("document.activeElement.matches('[role=dialog] input')");
    await page.write("Chat bot");
    await page.press("Tab");
    await page.until("document.activeElement.type === 'checkbox'");
    await page.press("Space");
    await page.until("document.activeElement.checked");
    await page.press("Enter");
    await page.shows("Key “Chat bot” is made.");
    await page.until("document.activeElement.innerText.trim() === 'Copy'");
    const { name, permissions } = await clientOf(await secret()).session.find();
    expect({ name, permissions }).toEqual({ name: "Chat bot", permissions: ["CUSTOMER_READ"] });
    await page.click("New key");
    await page.until("document.activeElement.matches('[role=dialog] input')");
    await page.write("Another");
    await page.press("Escape");
    await page.shows("You typed something that is not saved.");
    await page.click("Leave");
    await page.until("!document.querySelector('[role=dialog]')");
  }, 180_000);

  test("offers only what the key has itself", async () => {
    const brandId = await world.newBrand();
    await page.signIn(await world.keyFor(["SETTINGS_CRUD", "CUSTOMER_READ"], [brandId]), "/settings/keys");
    await page.click("New key");
    await page.shows("read customers");
    const dialog = await page.value<string>("document.querySelector('[role=dialog]').innerText");
    expect(dialog).not.toContain("read tickets");
    expect(dialog).not.toContain("All brands");
    await page.fill("Name", "Small");
    await page.click("change all settings");
    await page.click("Make the key");
    await page.shows("Key “Small” is made.");
    const { permissions, brandIds } = await clientOf(await secret()).session.find();
    expect({ permissions, brandIds }).toEqual({ permissions: ["SETTINGS_CRUD"], brandIds: [brandId] });
  }, 180_000);

  test("revokes a key by its name, and takes over what it has made", async () => {
    const parent = await world.admin.key.create({
      name: "Parent",
      permissions: ["SETTINGS_CRUD", "CUSTOMER_READ"],
    });
    const child = await clientOf(parent.key).key.create({ name: "Child", permissions: ["CUSTOMER_READ"] });
    await page.signIn(administrator, "/settings/keys");
    await page.click("More for Parent");
    await page.click("Revoke");
    await page.shows("One key that it has made ends with it:");
    await page.click("This key takes them over");
    expect(await page.value("document.querySelector('[role=dialog] [type=submit]').disabled")).toBe(true);
    await page.fill("Type Parent", "Parent");
    await page.press("Enter");
    await page.shows("one key was taken over");
    await expect(clientOf(parent.key).session.find()).rejects.toMatchObject({ code: "invalid_key" });
    expect((await clientOf(child.key).session.find()).name).toBe("Child");
    await page.showsNot("dsr_" + parent.key.slice(4, 12));
    await page.click("Show revoked and ended keys too");
    await page.shows("revoked");
    expect(await page.value("location.search")).toBe("?revoked=1");
  }, 180_000);

  test("warns before the key of the page is revoked, and signs out", async () => {
    const mine = await world.keyFor(["SETTINGS_CRUD"]);
    await page.signIn(mine, "/settings/keys");
    const place =
      "[...document.querySelectorAll('tr')].find((row) => row.innerText.includes('now, this page'))";
    await page.until(place);
    await page.tab.getByRole("row", { name: "now, this page" }).getByRole("button").click();
    await page.click("Revoke");
    await page.shows("This is the key of this page.");
    await page.fill("Type test", "test");
    await page.until("document.querySelector('[role=dialog] footer .btn:last-child:enabled')");
    await page.press("Enter");
    await page.until("location.pathname === '/sign-in'");
  }, 180_000);

  test("adds a person whose key opens the console, and is refused in calls", async () => {
    await page.signIn(administrator, "/settings/people");
    await page.click("Add a person");
    await page.fill("Name", "Robin Kettle");
    await page.click("Agent who reads only");
    await page.click("Make the key");
    await page.shows("The key of Robin Kettle is made.");
    await page.shows(`${world.url}/sign-in`);
    const key = await secret();
    await expect(clientOf(key).customer.list()).rejects.toThrow();
    await page.signIn(key, "/customers");
    await page.until("document.querySelector('#search')");
    expect(await page.value("document.querySelectorAll('a[href^=\"/settings\"]').length")).toBe(0);
    await page.until("document.querySelector('.me [aria-haspopup]')");
    await page.tab.locator(".me [aria-haspopup]").first().click();
    await page.click("My settings");
    await page.shows("Signed in since");
    const text = await page.value<string>("document.querySelector('main').innerText");
    expect(text).toContain("read customers");
    expect(text).not.toContain("change customers");
    expect(await page.value("document.querySelectorAll('.subnav').length")).toBe(0);
    await page.click("Dark");
    expect(await page.value("document.documentElement.dataset.theme")).toBe("dark");
    await page.click("Sign out");
    await page.until("location.pathname === '/sign-in'");
  }, 180_000);
});
