// Whose ticket is it, in Chromium, if it is installed: nobody is linked who was not seen, and the one who was is.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true, rateLimit: 0 });

describe.skipIf(!chromium)("a ticket without a customer in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => void (page = await openConsole(world.url, chromium!)), 180_000);
  afterAll(() => page.close());

  test("an older row is not linked while the answer to what was typed is under way", async () => {
    const brandId = await world.newBrand();
    const make = async (firstname: string, lastname: string) =>
      (await world.admin.customer.create({ brandId, firstname, lastname, primaryId: lastname })).id;
    await make("Adam", "Alder");
    const wanted = await make("Berta", "Birke");
    const { id } = await world.admin.ticket.create({
      brandId,
      channel: "email",
      from: "unknown@elsewhere.example",
      direction: "inbound",
    });
    const key = await world.keyFor(
      ["CUSTOMER_READ", "CUSTOMER_CUD", "CHANNEL_READ", "TICKET_READ", "TICKET_UPDATE"],
      [brandId],
    );
    await page.signIn(key, `/tickets/${id}`);
    await page.fill("Find another customer", "Alder");
    await page.shows("Link to Adam Alder");
    // the next text and Enter, before an answer can come
    await page.value(`(() => {
      const field = document.querySelector('.whose input');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, 'Birke');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.form.requestSubmit();
    })()`);
    await page.shows("Link to Berta Birke");
    const linked = async () => (await world.admin.ticket.find({ id })).item.customer_id;
    expect(await linked()).toBeNull();
    await page.value("document.querySelector('.whose input').focus()");
    await page.press("Enter");
    await page.shows("Linked to Berta Birke");
    expect(await linked()).toBe(wanted);
  }, 180_000);
});
