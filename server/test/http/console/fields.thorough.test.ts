// Custom fields in the settings of the console, in Chromium if it is installed: made, changed and deleted, and no value is
// lost before its number was named.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });
const other = await world.newBrand();
await world.admin.customfield.create({ brandId: other, name: "seat", label: "Seat" });
const fieldsOf = async (brandId: number) => (await world.admin.customfield.list({ brandId })).items;

describe.skipIf(!chromium)("custom fields in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => {
    page = await openConsole(world.url, chromium!);
    await page.signIn(world.adminKey, "/settings/brands/1/fields");
  });
  afterAll(() => page.close());

  test("a field of several values is made, its name from its label", async () => {
    await page.shows("No custom field yet");
    await page.click("New field");
    await page.fill("Label", "Loyalty tier");
    await page.shows("Programs send it as custom_loyalty_tier.");
    await page.fill("Type", "select");
    await page.click("Make the field");
    await page.shows("must not be empty");
    await page.click("Add a value");
    await page.fill("Value 1", "Gold");
    await page.press("Enter");
    await page.isFocused("Value 2");
    await page.write("Silver");
    await page.click("Move Silver up");
    await page.click("Make the field");
    await page.shows("Loyalty tier was made");
    expect(await fieldsOf(1)).toMatchObject([
      { name: "loyalty_tier", label: "Loyalty tier", type: "select", options: ["Silver", "Gold"] },
    ]);
  });

  test("a change that loses values names their number first, and closing it asks", async () => {
    for (const [place, tier] of ["Gold", "Gold", "Silver"].entries())
      await world.admin.customer.create({
        brandId: 1,
        primaryId: `K-${place}`,
        custom: { loyalty_tier: tier },
      });
    await page.click("Change Loyalty tier");
    await page.click("Remove Gold");
    await page.click("Save");
    await page.shows("2 values would be lost.");
    expect(await fieldsOf(1)).toMatchObject([{ options: ["Silver", "Gold"] }]);
    await page.click("Cancel");
    await page.until("!document.querySelector('[role=dialog]')");
    await page.click("Change Loyalty tier");
    await page.click("Remove Gold");
    await page.press("Escape");
    await page.shows("You typed something that is not saved.");
    await page.click("Stay");
    await page.click("Save");
    await page.click("Save, and lose 2 values");
    await page.shows("Loyalty tier was saved");
    expect(await fieldsOf(1)).toMatchObject([{ options: ["Silver"] }]);
  });

  test("a new name says what programs have to change", async () => {
    await page.click("Change Loyalty tier");
    await page.fill("Name", "tier");
    await page.shows("Programs and the CRM lookup that use custom_loyalty_tier have to use custom_tier");
    await page.click("Save");
    await page.until("!document.querySelector('[role=dialog]')");
    await page.shows("custom_tier");
    expect(await fieldsOf(1)).toMatchObject([{ name: "tier" }]);
  });

  test("all brands have one list, with the brand of the filter in the address", async () => {
    await page.goTo("/settings/fields");
    await page.shows("Seat");
    await page.fill("Brand", "1");
    await page.until("location.search === '?brand=1'");
    await page.showsNot("Seat");
    await page.click("New field");
    await page.fill("Label", "Hint");
    await page.click("Make the field");
    await page.shows("Hint was made");
    expect((await fieldsOf(1)).map(({ name }) => name)).toEqual(["tier", "hint"]);
  });

  test("a field without values goes at once; one with values only with their number", async () => {
    await page.click("Delete Hint");
    await page.click("Delete the field");
    await page.shows("Hint was deleted");
    await page.click("Delete Loyalty tier");
    await page.click("Delete the field");
    await page.shows("1 value would be lost.");
    expect(await fieldsOf(1)).toHaveLength(1);
    await page.click("Delete it, and lose 1 value");
    await page.shows("No custom field yet");
    expect(await fieldsOf(1)).toEqual([]);
  });

  test("a long list is read page by page", async () => {
    for (let place = 0; place < 60; place += 1)
      await world.admin.customfield.create({ brandId: 1, name: `field_${place}` });
    await page.goTo("/settings/brands/1/fields");
    await page.shows("50 of 60");
    await page.until("document.querySelector('.tabs .n')?.innerText === '60'");
    await page.click("Show more");
    await page.shows("custom_field_59");
    expect([await page.isOffered("Show more"), await page.isOffered("Change field_0")]).toEqual([
      false,
      true,
    ]);
  });
});
