// Channel types in the settings of the console, in Chromium if it is installed: listed with their rules, made, renamed
// and renumbered.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../support/servers/browser.ts";
import { buildConsole, type ConsoleUser, openConsole } from "../../support/servers/console-user.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium)
  console.warn("SKIPPED: Chromium is not installed, so no channel type is changed in a browser.");
buildConsole();
const world = await startTestServer({ console: true });
const typeOf = async (channelId: number) =>
  (await world.admin.channel.list({ itemLimit: 99 })).items.find((one) => one.channel_id === channelId);

describe.skipIf(!chromium)("channel types in a browser", () => {
  let user: ConsoleUser;
  beforeAll(async () => {
    user = await openConsole(world.url, chromium!);
    await user.signIn(world.adminKey, "/settings/types");
  });
  afterAll(() => user.page.close());

  test("a type is made with the next number, and says what is wrong with its name", async () => {
    await user.shows("a number with + and up to 15 digits");
    await user.click("New type");
    await user.fill("Name", "sms");
    await user.click("Make the type");
    await user.page.until("document.querySelector('[role=dialog] [aria-invalid=true]')");
    await user.fill("Name", "Telegram");
    await user.click("Make the type");
    await user.shows("Telegram was made, with the number 100");
    expect(await typeOf(100)).toMatchObject({ name: "Telegram", rule: "plain" });
  });

  test("a new number says what programs have to send, and can be taken back", async () => {
    await user.click("Change sms");
    await user.fill("Number", "100");
    await user.click("Save");
    await user.shows("is the number of another channel type");
    await user.fill("Number", "51");
    await user.shows("Programs have to send 51 from then on; 7 is refused.");
    await user.click("Save");
    await user.shows("sms was saved");
    expect(await typeOf(51)).toMatchObject({ name: "sms" });
    await user.click("Undo");
    await user.page.until("!reads('51')");
    expect(await typeOf(7)).toMatchObject({ name: "sms" });
  });

  test("a key that may not change types, or only some brands, is offered the list alone", async () => {
    for (const key of [
      await world.keyFor(["SETTINGS_CRUD"]),
      await world.keyFor(["CHANNEL_CUD"], [await world.newBrand()]),
    ]) {
      await user.signIn(key, "/settings/types");
      await user.shows("Telegram");
      expect([await user.isOffered("New type"), await user.isOffered("Change sms")]).toEqual([false, false]);
    }
  });
});
