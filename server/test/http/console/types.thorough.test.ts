// Channel types in the settings of the console, in Chromium if it is installed: listed with their rules, made, renamed
// and renumbered; refused in the language of the page.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });
const typeOf = async (channelId: number) =>
  (await world.admin.channel.list({ itemLimit: 99 })).items.find((one) => one.channel_id === channelId);

describe.skipIf(!chromium)("channel types in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => {
    page = await openConsole(world.url, chromium!);
    await page.signIn(world.adminKey, "/settings/types");
  });
  afterAll(() => page.close());

  test("a type is made with the next number, and says what is wrong with its name", async () => {
    await page.shows("a number with + and up to 15 digits");
    await page.click("New type");
    await page.fill("Name", "sms");
    await page.click("Make the type");
    await page.until("document.querySelector('[role=dialog] [aria-invalid=true]')");
    await page.fill("Name", "Telegram");
    await page.click("Make the type");
    await page.shows("Telegram was made, with the number 100");
    expect(await typeOf(100)).toMatchObject({ name: "Telegram", rule: "plain" });
  });

  test("a new number says what programs have to send, and can be taken back", async () => {
    await page.click("Change sms");
    await page.fill("Number", "100");
    await page.click("Save");
    await page.shows("is the number of another channel type");
    await page.fill("Number", "51");
    await page.shows("Programs have to send 51 from then on; 7 is refused.");
    await page.click("Save");
    await page.shows("sms was saved");
    expect(await typeOf(51)).toMatchObject({ name: "sms" });
    await page.click("Undo");
    await page.showsNot("51");
    expect(await typeOf(7)).toMatchObject({ name: "sms" });
  });

  test("a key that may not change types, or only some brands, is offered the list alone", async () => {
    for (const key of [
      await world.keyFor(["SETTINGS_CRUD"]),
      await world.keyFor(["CHANNEL_CUD"], [await world.newBrand()]),
    ]) {
      await page.signIn(key, "/settings/types");
      await page.shows("Telegram");
      expect([await page.isOffered("New type"), await page.isOffered("Change sms")]).toEqual([false, false]);
    }
  });

  test("in Dutch a refusal is said in Dutch, with the field's fault in the server's words", async () => {
    await page.signIn(world.adminKey, "/settings/me");
    await page.click("Nederlands");
    await page.goTo("/settings/types");
    await page.click("Nieuw type");
    await page.fill("Naam", "sms");
    await page.click("Type maken");
    await page.shows("Deze invoer wordt niet aangenomen: is another name of a built-in type");
  });
});
