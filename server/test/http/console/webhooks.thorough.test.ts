// Webhooks of the console in Chromium, if it is installed: one is made with its secret, what is delivered is shown and
// sent again, one that Dossier has switched off says why, and is switched on, paused, rotated and deleted.
import { verifyWebhook } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startReceiver } from "../../support/servers/webhook-receiver.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const receiver = await startReceiver();
const world = await startTestServer({ console: true, egressAllow: [receiver.place] });
const brandId = await world.newBrand();

describe.skipIf(!chromium)("webhooks in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => {
    page = await openConsole(world.url, chromium!);
    await page.signIn(await world.keyFor(["WEBHOOK_CUD"]), "/settings/webhooks");
  }, 180_000);
  afterAll(() => page.close());
  const newest = async () => (await world.admin.webhook.list({ itemLimit: 99 })).items.at(-1)!;
  const received = (path: string, count: number) =>
    vi.waitFor(() => expect(receiver.at(path).length).toBeGreaterThanOrEqual(count), 60_000);

  test("makes one whose secret verifies what arrives, and sends a delivery again", async () => {
    await page.click("New webhook");
    await page.fill("Name", "Web shop");
    await page.fill("Address", "nowhere");
    await page.click("Make the webhook");
    await page.until("document.querySelector('[role=dialog] [aria-invalid=true]')");
    await page.fill("Address", receiver.urlOf("/shop"));
    await page.click("None");
    await page.click("Make the webhook");
    await page.shows("Choose at least one event.");
    await page.click("customer.created");
    await page.click("Make the webhook");
    await page.shows("Copy its secret now");
    const secret = await page.value<string>("document.querySelector('.secret code').innerText");
    expect(await newest()).toMatchObject({ name: "Web shop", events: ["customer.created"], brand_ids: null });
    const { id } = await world.admin.customer.create({ brandId, lastname: "Kettle", primaryId: "kettle" });
    await received("/shop", 1);
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.at("/shop");
    expect((await verifyWebhook(secret, headers, body)).data).toMatchObject({ customerId: id });
    await page.click("Web shop");
    await page.until("document.querySelector('.dels .dot.good')");
    await page.click("Delivered, customer.created");
    await page.shows("webhook-id");
    expect(await page.value("location.search")).toMatch(/^\?open=\d+$/);
    await page.click("Send again");
    await received("/shop", 2);
    expect(receiver.at("/shop")[1]?.body).toBe(body);
    // what arrived is sent once more only after its arrival was recorded
    const hook = await newest();
    await vi.waitFor(
      async () =>
        expect((await world.admin.webhook.listDeliveries({ id: hook.id })).items).toMatchObject([
          { state: "delivered" },
        ]),
      60_000,
    );
  }, 180_000);

  test("sends a range again", async () => {
    await page.click("Send a range again");
    await page.until("document.querySelector('[role=dialog] input')");
    // a person's browser fills this field by its own calendar
    await page.value(`(() => {
      const field = document.querySelector("[role=dialog] input");
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "2026-01-01T00:00");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    })()`);
    await page.click("Send again");
    await page.shows("1 delivery is sent again");
    await received("/shop", 3);
  }, 180_000);

  test("says why Dossier has switched one off, and what switching on sends", async () => {
    receiver.answer("/gone", () => ({ status: 410 }));
    const { id } = await world.admin.webhook.create({
      url: receiver.urlOf("/gone"),
      events: ["customer.created"],
      brandIds: [brandId],
    });
    await world.admin.customer.create({ brandId, lastname: "Pot", primaryId: "pot" });
    await vi.waitFor(
      async () => expect((await world.admin.webhook.find({ id })).item.state).toBe("off"),
      60_000,
    );
    await page.goTo(`/settings/webhooks/${id}?state=failed`);
    await page.shows("its address answered 410, gone for good");
    receiver.answer("/gone", () => ({ status: 204 }));
    await page.click("Switch on sends 0 waiting and 1 given up");
    await page.shows("Active");
    await received("/gone", 2);
    await page.click("Pause");
    await page.shows("Paused: deliveries wait");
    expect((await world.admin.webhook.find({ id })).item.state).toBe("paused");
  }, 180_000);

  test("makes a new secret, and deletes one with what it loses said", async () => {
    await page.click("More for this webhook");
    await page.click("Make a new secret");
    await page.shows("For 24 hours the former one signs as well");
    await page.tab.locator("[role=dialog] footer .pri").first().click();
    await page.shows("The new secret is made.");
    await page.shows("the former secret signs as well.");
    const { id } = await newest();
    await page.click("More for this webhook");
    await page.click("Delete");
    await page.shows("Its secret and its list of deliveries go with it.");
    await page.tab.locator("[role=dialog] footer .bad").first().click();
    await page.until("location.pathname === '/settings/webhooks'");
    await expect(world.admin.webhook.find({ id })).rejects.toMatchObject({ code: "not_found" });
  }, 180_000);
});
