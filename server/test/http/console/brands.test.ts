// Brands in the settings of the console, in Chromium if it is installed: made, changed in forms that lose nothing typed,
// and deleted.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../support/servers/browser.ts";
import { buildConsole, type ConsoleUser, openConsole } from "../../support/servers/console-user.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no brand is changed in a browser.");
buildConsole();
const world = await startTestServer({ console: true });
const brandOf = async (id: number) => (await world.admin.brand.find({ id })).item;

describe.skipIf(!chromium)("brands in a browser", () => {
  let user: ConsoleUser;
  let id: number;
  beforeAll(async () => {
    user = await openConsole(world.url, chromium!);
    await user.signIn(world.adminKey, "/settings/brands");
  });
  afterAll(() => user.page.close());

  test("a brand is made in a dialog, which says what is wrong under the field", async () => {
    await user.shows("Main");
    await user.click("New brand");
    await user.fill("Name", "Main");
    await user.click("Make the brand");
    await user.shows("is the name of another brand");
    await user.fill("Name", "Teehaus");
    await user.fill("Country", "DE");
    await user.click("Make the brand");
    await user.page.until("/^\\/settings\\/brands\\/\\d+$/.test(location.pathname)");
    id = Number((await user.page.value<string>("location.pathname")).split("/").at(-1));
    expect(await brandOf(id)).toMatchObject({ name: "Teehaus", default_country: "DE" });
  });

  test("a form names what was changed, is saved by Ctrl S, and can be taken back", async () => {
    await user.fill("Name", "Teehaus Nord");
    await user.shows("Changed: Name");
    await user.press("s", 2);
    await user.shows("Everything here is saved.");
    expect((await brandOf(id)).name).toBe("Teehaus Nord");
    await user.click("Undo");
    await user.page.until("named('Name', 'input').value === 'Teehaus'");
    expect((await brandOf(id)).name).toBe("Teehaus");
    await user.fill("Name", "Another");
    await user.click("Revert");
    expect(await user.valueOf("Name")).toBe("Teehaus");
  });

  test("what another person saves meanwhile loses nothing that was typed", async () => {
    await user.fill("Name", "Mine");
    await world.admin.brand.update({ id, name: "Theirs", strict: true });
    await user.click("Save");
    await user.shows("Somebody else changed this while you were typing.");
    await user.shows("Theirs");
    await user.shows("Choose between both first: Name");
    expect([(await brandOf(id)).name, await user.valueOf("Name")]).toEqual(["Theirs", "Mine"]);
    await user.click("Keep mine");
    await user.click("Save");
    await user.shows("Everything here is saved.");
    expect(await brandOf(id)).toMatchObject({ name: "Mine", strict: true });
  });

  test("no way out of the page loses what was typed: a link, a key, and the browser's back ask first", async () => {
    await user.fill("Name", "Kept");
    await user.click("Customers");
    await user.shows("You typed something that is not saved.");
    await user.click("Stay");
    await user.page.value("history.back()");
    await user.shows("You typed something that is not saved.");
    await user.press("Escape");
    await user.page.until("!document.querySelector('[role=dialog]')");
    expect([await user.page.value("location.pathname"), await user.valueOf("Name")]).toEqual([
      `/settings/brands/${id}`,
      "Kept",
    ]);
    await user.click("Rules");
    await user.click("Save and leave");
    await user.page.until("location.pathname.endsWith('/rules')");
    expect((await brandOf(id)).name).toBe("Kept");
  });

  test("a rule says what it means, and is saved; leaving drops it only when asked to", async () => {
    await user.shows("a shop that sends a misspelt name is refused");
    await user.click("Refuse names that a call does not know");
    await user.shows("listed in the answer");
    await user.shows("Changed: Refuse names that a call does not know");
    await user.click("Leave the address out");
    await user.click("Save");
    await user.shows("Everything here is saved.");
    expect(await brandOf(id)).toMatchObject({ strict: false, taken_address: "skip" });
    await user.click("Programs may find customers by an address");
    await user.click("General");
    await user.click("Leave");
    await user.page.until("!location.pathname.endsWith('/rules')");
    expect((await brandOf(id)).search_by_channel).toBe(false);
  });

  test("a brand with customers says why it stays; an empty one is deleted", async () => {
    await world.admin.customer.create({ brandId: 1, firstname: "Ada" });
    await user.go("/settings/brands/1");
    await user.shows("It has 1 customer and 0 tickets, so it cannot be deleted.");
    expect(await user.isOffered("Delete this brand")).toBe(false);
    await user.go(`/settings/brands/${id}`);
    await user.click("Delete this brand");
    await user.shows("It cannot be undone.");
    await user.click("Delete this brand");
    await user.shows("Kept was deleted");
    expect((await world.admin.brand.list()).items.map(({ name }) => name)).toEqual(["Main"]);
    await user.go(`/settings/brands/${id}`);
    await user.shows("No such brand");
  });

  test("on a telephone everything can be reached, and the save bar stays in view", async () => {
    const size = { width: 390, height: 600, deviceScaleFactor: 1, mobile: false };
    await user.page.send("Emulation.setDeviceMetricsOverride", size);
    await user.go("/settings/brands/1/rules");
    await user.click("Refuse names that a call does not know");
    await user.page.until("named('Save', 'button')");
    const isInView = (element: string) =>
      user.page.value(`(() => {
        const { x, y, width, height } = ${element}.getBoundingClientRect();
        return ${element}.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      })()`);
    expect(await isInView("named('Save', 'button')")).toBe(true);
    const last = "[...document.querySelectorAll('.switch')].at(-1)";
    expect(await isInView(last)).toBe(false);
    await user.page.value(`${last}.scrollIntoView({ block: "center" })`);
    expect([await isInView(last), await isInView("named('Save', 'button')")]).toEqual([true, true]);
    await user.click("Revert");
    await user.page.send("Emulation.clearDeviceMetricsOverride");
  });

  test("a key for one brand changes it, and is offered neither a new one nor its deletion", async () => {
    await user.signIn(await world.keyFor(["SETTINGS_CRUD"], [1]), "/settings/brands");
    await user.shows("Main");
    expect(await user.isOffered("New brand")).toBe(false);
    await user.click("Main");
    await user.fill("Country", "NL");
    await user.click("Save");
    await user.shows("Everything here is saved.");
    expect(await user.isOffered("Delete this brand")).toBe(false);
    expect((await brandOf(1)).default_country).toBe("NL");
  });
});
