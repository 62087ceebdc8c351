// Custom fields in the settings of the console, in Chromium if it is installed: made, changed and deleted, and no value is
// lost before its number was named.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../support/servers/browser.ts";
import { buildConsole, type ConsoleUser, openConsole } from "../../support/servers/console-user.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium)
  console.warn("SKIPPED: Chromium is not installed, so no custom field is changed in a browser.");
buildConsole();
const world = await startTestServer({ console: true });
const other = await world.newBrand();
await world.admin.customfield.create({ brandId: other, name: "seat", label: "Seat" });
const fieldsOf = async (brandId: number) => (await world.admin.customfield.list({ brandId })).items;

describe.skipIf(!chromium)("custom fields in a browser", () => {
  let user: ConsoleUser;
  beforeAll(async () => {
    user = await openConsole(world.url, chromium!);
    await user.signIn(world.adminKey, "/settings/brands/1/fields");
  });
  afterAll(() => user.page.close());

  test("a field of several values is made, its name from its label", async () => {
    await user.shows("No custom field yet");
    await user.click("New field");
    await user.fill("Label", "Loyalty tier");
    await user.shows("Programs send it as custom_loyalty_tier.");
    await user.fill("Type", "select");
    await user.click("Make the field");
    await user.shows("must not be empty");
    await user.click("Add a value");
    await user.fill("Value 1", "Gold");
    await user.press("Enter");
    await user.page.until("nameOf(document.activeElement) === 'Value 2'");
    await user.page.send("Input.insertText", { text: "Silver" });
    await user.click("Move Silver up");
    await user.click("Make the field");
    await user.shows("Loyalty tier was made");
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
    await user.click("Change Loyalty tier");
    await user.click("Remove Gold");
    await user.click("Save");
    await user.shows("2 values would be lost.");
    expect(await fieldsOf(1)).toMatchObject([{ options: ["Silver", "Gold"] }]);
    await user.click("Cancel");
    await user.page.until("!document.querySelector('[role=dialog]')");
    await user.click("Change Loyalty tier");
    await user.click("Remove Gold");
    await user.press("Escape");
    await user.shows("You typed something that is not saved.");
    await user.click("Stay");
    await user.click("Save");
    await user.click("Save, and lose 2 values");
    await user.shows("Loyalty tier was saved");
    expect(await fieldsOf(1)).toMatchObject([{ options: ["Silver"] }]);
  });

  test("a new name says what programs have to change", async () => {
    await user.click("Change Loyalty tier");
    await user.fill("Name", "tier");
    await user.shows("Programs and the CRM lookup that use custom_loyalty_tier have to use custom_tier");
    await user.click("Save");
    await user.page.until("!document.querySelector('[role=dialog]') && reads('custom_tier')");
    expect(await fieldsOf(1)).toMatchObject([{ name: "tier" }]);
  });

  test("all brands have one list, with the brand of the filter in the address", async () => {
    await user.go("/settings/fields");
    await user.shows("Seat");
    await user.fill("Brand", "1");
    await user.page.until("location.search === '?brand=1' && !reads('Seat')");
    await user.click("New field");
    await user.fill("Label", "Hint");
    await user.click("Make the field");
    await user.shows("Hint was made");
    expect((await fieldsOf(1)).map(({ name }) => name)).toEqual(["tier", "hint"]);
  });

  test("a field without values goes at once; one with values only with their number", async () => {
    await user.click("Delete Hint");
    await user.click("Delete the field");
    await user.shows("Hint was deleted");
    await user.click("Delete Loyalty tier");
    await user.click("Delete the field");
    await user.shows("1 value would be lost.");
    expect(await fieldsOf(1)).toHaveLength(1);
    await user.click("Delete it, and lose 1 value");
    await user.shows("No custom field yet");
    expect(await fieldsOf(1)).toEqual([]);
  });

  test("a long list is read page by page", async () => {
    for (let place = 0; place < 60; place += 1)
      await world.admin.customfield.create({ brandId: 1, name: `field_${place}` });
    await user.go("/settings/brands/1/fields");
    await user.shows("50 of 60");
    await user.page.until("document.querySelector('.tabs .n')?.innerText === '60'");
    await user.click("Show more");
    await user.shows("custom_field_59");
    expect([await user.isOffered("Show more"), await user.isOffered("Change field_0")]).toEqual([
      false,
      true,
    ]);
  });
});
