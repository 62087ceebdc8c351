// The CRM lookup in the settings of the console, in Chromium if it is installed: address, headers, map, and the trial.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { failing, startCrm } from "../../support/servers/crm-server.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const crm = await startCrm();
const elsewhere = await startCrm();
const world = await startTestServer({ console: true, egressAllow: [crm.hostPort, elsewhere.hostPort] });
await world.admin.customfield.create({
  brandId: 1,
  name: "tier",
  label: "Loyalty tier",
  type: "select",
  options: ["gold"],
});
await world.admin.customer.create({ brandId: 1, primaryId: "K-1", firstname: "Ada" });
const brand = async () => (await world.admin.brand.find({ id: 1 })).item;

describe.skipIf(!chromium)("the CRM lookup in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => {
    page = await openConsole(world.url, chromium!);
    await page.signIn(world.adminKey, "/settings/brands/1/lookup");
  });
  afterAll(() => page.close());

  const ask = async (way: string, value: string, act = "Ask") => {
    await page.click(way);
    await page.fill(`${way} to look up`, value);
    await page.click(act);
  };

  test("the trial saves the form first, then shows whom the CRM knows and what would be left out", async () => {
    await page.shows("Save an address first.");
    await page.fill("Address", crm.url);
    await page.click("Add a header");
    await page.fill("Name", "Authorization");
    await page.fill("Value of Authorization", "Bearer of a secret");
    await page.fill("where First name stands", "/person/given");
    await page.fill("where Loyalty tier stands", "/bonus");
    await page.shows("Changed: Address, Headers, where First name stands, where Loyalty tier stands");
    crm.say = () => [
      { primary_id: "K-1", person: { given: "Ada" }, bonus: "platinum", email: "ada@example.org" },
      { primary_id: "K-2", person: { given: "Berta" }, bonus: "gold" },
    ];
    await ask("Number", "+49 30 1234", "Save and ask");
    await page.shows("2 people");
    for (const text of ["K-1 · is in Dossier", "K-2 · would be new", "nobody is guessed", "ada@example.org"])
      await page.shows(text);
    await page.shows("Loyalty tier: must be one of the options of this field");
    expect(crm.headers.at(-1)?.authorization).toBe("Bearer of a secret");
    expect(await brand()).toMatchObject({
      crm_lookup_url: crm.url,
      crm_headers: ["Authorization"],
      crm_field_map: { firstname: "/person/given", custom_tier: "/bonus" },
    });
    expect(await page.value("document.body.innerHTML.includes('a secret')")).toBe(false);
  });

  test("each failure is said in its words", async () => {
    crm.say = failing(500);
    await ask("E-mail", "ada@example.org");
    await page.shows("The CRM answered with the status 500.");
    crm.say = () => [{ firstname: "a".repeat(300_000) }];
    await ask("Primary id", "K-1");
    await page.shows("The CRM's answer is over 256 KiB.");
    crm.say = () => [];
    await ask("Primary id", "K-9");
    await page.shows("The CRM knows nobody by this.");
    expect(crm.requests.at(-1)).toContain("primaryID=K-9");
  });

  test("a CRM that never answers is waited for as long as the trial says, and asked once", async () => {
    const before = crm.requests.length;
    crm.say = () => new Promise<undefined>(() => undefined);
    await ask("Primary id", "K-1");
    await page.shows("Asking, for at most five seconds");
    await page.shows("No answer within five seconds.");
    await page.shows("On a real contact nothing would be changed.");
    expect(crm.requests.length).toBe(before + 1);
    expect((await world.admin.customer.list({ brandId: 1 })).items.length).toBe(1);
    crm.say = () => [];
  });

  test("a fault is shown under its field, and a pointer set by another person is kept", async () => {
    await page.fill("where Last name stands", "person/family");
    await page.click("Save");
    await page.shows("must hold a JSON pointer");
    await page.isFocused("where Last name stands");
    await world.admin.brand.update({
      id: 1,
      crmFieldMap: { firstname: "/person/given", custom_tier: "/bonus", email: "/mail" },
    });
    await page.fill("where Last name stands", "/person/family");
    await page.click("Save");
    await page.shows("Everything here is saved.");
    expect((await brand()).crm_field_map).toEqual({
      firstname: "/person/given",
      lastname: "/person/family",
      email: "/mail",
      custom_tier: "/bonus",
    });
  });

  test("headers belong to one address: another one needs them again, and they are replaced together", async () => {
    await page.fill("Address", elsewhere.url);
    await page.shows("type them again, or remove them");
    await page.click("Save");
    await page.shows("must be sent again with this crm_lookup_url");
    await page.click("Change the headers");
    await page.shows("Headers are replaced together.");
    await page.fill("Value of Authorization", "Bearer of another");
    await page.click("Add a header");
    await page.fill("Name", "X-Shop");
    await page.fill("Value of X-Shop", "north");
    await page.click("Save");
    await page.shows("Everything here is saved.");
    await ask("Primary id", "K-1");
    await page.shows("The CRM knows nobody by this.");
    expect(elsewhere.headers.at(-1)).toMatchObject({ authorization: "Bearer of another", "x-shop": "north" });
    await page.click("Change the headers");
    await page.click("Remove X-Shop");
    await page.click("Remove Authorization");
    await page.shows("No header will be sent");
    await page.click("Save");
    await page.shows("Everything here is saved.");
    expect((await brand()).crm_headers).toEqual([]);
  });

  test("how long the CRM is not asked again is a number and a unit", async () => {
    await page.click("Ask on every contact");
    await page.shows("less than 1 day ago");
    await page.fill("How long it is not asked again", "36");
    await page.fill("Unit", "hour");
    await page.shows("less than 36 hours ago");
    await page.click("The CRM wins");
    await page.press("Control+s");
    await page.shows("Everything here is saved.");
    expect(await brand()).toMatchObject({ crm_refresh_seconds: 36 * 3600, crm_wins: true });
  });

  test("a CRM that fails again and again is left alone for a while, which is said", async () => {
    elsewhere.say = failing(503);
    for (let place = 0; place < 8 && !(await page.reads("is not asked for 30 s")); place += 1) {
      const before = elsewhere.requests.length;
      await ask("Primary id", `K-${place}`);
      await page.shows(`K-${place}`);
      await page.showsNot("Asking, for at most");
      if (elsewhere.requests.length === before) break;
    }
    await page.shows("The CRM failed repeatedly and is not asked for 30 s.");
  });
});
