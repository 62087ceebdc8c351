// Brands in the settings of the console, in Chromium if it is installed: made, changed in forms that lose nothing typed,
// and deleted.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });
const brandOf = async (id: number) => (await world.admin.brand.find({ id })).item;

describe.skipIf(!chromium)("brands in a browser", () => {
  let page: ConsolePage;
  let id: number;
  beforeAll(async () => {
    page = await openConsole(world.url, chromium!);
    await page.signIn(world.adminKey, "/settings/brands");
  });
  afterAll(() => page.close());

  test("a brand is made in a dialog, which says what is wrong under the field", async () => {
    await page.shows("Main");
    await page.click("New brand");
    await page.fill("Name", "Main");
    await page.click("Make the brand");
    await page.shows("is the name of another brand");
    await page.fill("Name", "Teehaus");
    await page.fill("Country", "DE");
    await page.click("Make the brand");
    await page.until("/^\\/settings\\/brands\\/\\d+$/.test(location.pathname)");
    id = Number((await page.value<string>("location.pathname")).split("/").at(-1));
    expect(await brandOf(id)).toMatchObject({ name: "Teehaus", default_country: "DE" });
  });

  test("a form names what was changed, is saved by Ctrl S, and can be taken back", async () => {
    await page.fill("Name", "Teehaus Nord");
    await page.shows("Changed: Name");
    await page.press("Control+s");
    await page.shows("Everything here is saved.");
    expect((await brandOf(id)).name).toBe("Teehaus Nord");
    await page.click("Undo");
    await expect.poll(() => page.valueOf("Name")).toBe("Teehaus");
    expect((await brandOf(id)).name).toBe("Teehaus");
    await page.fill("Name", "Another");
    await page.click("Revert");
    expect(await page.valueOf("Name")).toBe("Teehaus");
  });

  test("a change by another person loses nothing that was typed", async () => {
    await page.fill("Name", "Mine");
    await world.admin.brand.update({ id, name: "Theirs", strict: true });
    await page.click("Save");
    await page.shows("Somebody else changed this while you were typing.");
    await page.shows("Theirs");
    await page.shows("Choose between both first: Name");
    expect([(await brandOf(id)).name, await page.valueOf("Name")]).toEqual(["Theirs", "Mine"]);
    await page.click("Keep mine");
    await page.click("Save");
    await page.shows("Everything here is saved.");
    expect(await brandOf(id)).toMatchObject({ name: "Mine", strict: true });
  });

  test("no way out of the page loses what was typed: a link, a key, and the browser's back ask first", async () => {
    await page.fill("Name", "Kept");
    await page.click("Customers");
    await page.shows("You typed something that is not saved.");
    await page.click("Stay");
    await page.value("history.back()");
    await page.shows("You typed something that is not saved.");
    await page.press("Escape");
    await page.until("!document.querySelector('[role=dialog]')");
    expect([await page.value("location.pathname"), await page.valueOf("Name")]).toEqual([
      `/settings/brands/${id}`,
      "Kept",
    ]);
    await page.click("Rules");
    await page.click("Save and leave");
    await page.until("location.pathname.endsWith('/rules')");
    expect((await brandOf(id)).name).toBe("Kept");
  });

  test("a rule says what it means, and is saved; leaving drops it only when asked to", async () => {
    await page.shows("a shop that sends a misspelt name is refused");
    await page.click("Refuse names that a call does not know");
    await page.shows("listed in the answer");
    await page.shows("Changed: Refuse names that a call does not know");
    await page.click("Leave the address out");
    await page.click("Save");
    await page.shows("Everything here is saved.");
    expect(await brandOf(id)).toMatchObject({ strict: false, taken_address: "skip" });
    await page.click("Programs may find customers by an address");
    await page.click("General");
    await page.click("Leave");
    await page.until("!location.pathname.endsWith('/rules')");
    expect((await brandOf(id)).search_by_channel).toBe(false);
  });

  test("a brand with customers says why it stays; an empty one is deleted", async () => {
    await world.admin.customer.create({ brandId: 1, firstname: "Ada" });
    await page.goTo("/settings/brands/1");
    await page.shows("It has 1 customer and 0 tickets, so it cannot be deleted.");
    expect(await page.isOffered("Delete this brand")).toBe(false);
    await page.goTo(`/settings/brands/${id}`);
    await page.click("Delete this brand");
    await page.shows("It cannot be undone.");
    await page.click("Delete this brand");
    await page.shows("Kept was deleted");
    expect((await world.admin.brand.list()).items.map(({ name }) => name)).toEqual(["Main"]);
    await page.goTo(`/settings/brands/${id}`);
    await page.shows("No such brand");
  });

  test("on a telephone everything can be reached, and the save bar stays in view", async () => {
    const desk = page.tab.viewportSize()!;
    await page.tab.setViewportSize({ width: 390, height: 600 });
    await page.goTo("/settings/brands/1/rules");
    await page.click("Refuse names that a call does not know");
    const save = "document.querySelector('.foot-bar .pri')";
    await page.until(save);
    const isInView = (element: string) =>
      page.value(`(() => {
        const { x, y, width, height } = ${element}.getBoundingClientRect();
        return ${element}.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      })()`);
    await page.value("document.querySelector('h1').scrollIntoView()");
    expect(await isInView(save)).toBe(true);
    const last = "[...document.querySelectorAll('.switch')].at(-1)";
    expect(await isInView(last)).toBe(false);
    await page.value(`${last}.scrollIntoView({ block: "center" })`);
    expect([await isInView(last), await isInView(save)]).toEqual([true, true]);
    await page.click("Revert");
    await page.tab.setViewportSize(desk);
  });

  test("a key for one brand changes it, and is offered neither a new one nor its deletion", async () => {
    await page.signIn(await world.keyFor(["SETTINGS_CRUD"], [1]), "/settings/brands");
    await page.shows("Main");
    expect(await page.isOffered("New brand")).toBe(false);
    await page.click("Main");
    await page.fill("Country", "NL");
    await page.click("Save");
    await page.shows("Everything here is saved.");
    expect(await page.isOffered("Delete this brand")).toBe(false);
    expect((await brandOf(1)).default_country).toBe("NL");
  });
});
