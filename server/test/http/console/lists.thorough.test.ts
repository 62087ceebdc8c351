// Lists of the console's settings in Chromium, if it is installed: the audit trail by its filters, which the address
// holds, and background work that has failed and is tried again.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });
const brandId = await world.newBrand();
const customer = await world.admin.customer.create({ brandId, lastname: "Kettle", primaryId: "kettle" });

describe.skipIf(!chromium)("lists of the settings in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => void (page = await openConsole(world.url, chromium!)), 180_000);
  afterAll(() => page.close());
  const rows = (list: string) => `document.querySelectorAll(${JSON.stringify(`${list} tbody tr`)}).length`;

  test("shows what was done by filters of the address, and links what it was about", async () => {
    await world.admin.key.create({ name: "Shop", permissions: ["CUSTOMER_CUD"] }).then(async ({ key }) => {
      await world.raw("PUT", `/customer/${customer.id}`, { key, json: { lastname: "Kessel" } });
    });
    await page.signIn(await world.keyFor(["SETTINGS_CRUD", "CUSTOMER_READ"]), "/settings/audit");
    await page.until(`${rows(".audit")} > 3`);
    await page.fill("Such as customer.update", "customer.update");
    await page.press("Enter");
    await page.until(`${rows(".audit")} === 1`);
    expect(await page.value("location.search")).toBe("?operation=customer.update");
    const row = await page.value<string>("document.querySelector('.audit tbody').innerText");
    expect(row).toContain("Shop");
    expect(row).toContain("lastname");
    expect(row).not.toContain("Kessel");
    await page.click(`Customer ${customer.id}`);
    await page.until(`location.pathname === "/customers/${customer.id}"`);
    await page.goTo(`/settings/audit?key=0&since=2026-01-01&kind=customer&subject=${customer.id}`);
    await page.until(`${rows(".audit")} > 0`);
    await page.shows("Bootstrap administrator");
    await page.click("Clear the filters");
    await page.until("location.search === ''");
  }, 180_000);

  test("lists the deleted customers, and brings one back", async () => {
    const gone = await world.admin.customer.create({ brandId, lastname: "Goneaway", primaryId: "gone" });
    await world.admin.customer.delete({ id: gone.id });
    await page.signIn(await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"]), "/customers");
    await page.click("Deleted customers");
    await page.until("location.search === '?deleted=1'");
    await page.shows("Goneaway");
    await page.shows("by the bootstrap administrator");
    expect(await page.value("document.title")).toBe("Deleted customers – Dossier");
    await page.click("Bring it back");
    await page.shows("Goneaway is back");
    await page.shows("Nobody is deleted");
    expect((await world.admin.customer.find({ id: gone.id })).item.lastname).toBe("Goneaway");
    await page.signIn(await world.keyFor(["CUSTOMER_READ"]), "/customers");
    await page.until("document.querySelector('#search')");
    expect(await page.value("document.querySelectorAll('a[href*=deleted]').length")).toBe(0);
  }, 180_000);

  test("names keys by their number where they may not be listed", async () => {
    await page.signIn(await world.keyFor(["AUDIT_READ"]), "/settings/audit");
    await page.until(`${rows(".audit")} > 3`);
    const all = await page.value<string>("document.querySelector('.audit').innerText");
    expect(all).toMatch(/Key \d+/);
    expect(all).not.toContain("Shop");
    expect(await page.value("document.querySelectorAll('.audit a').length")).toBe(0);
    expect(
      await page.value("[...document.querySelectorAll('.subnav a')].map((one) => one.innerText)"),
    ).toEqual(["Audit trail"]);
  }, 180_000);

  test("says whose the backups of an external PostgreSQL are, to keys for all brands only", async () => {
    await page.signIn(await world.keyFor(["SETTINGS_CRUD"]), "/settings/backups");
    await page.shows("so its backups are yours too");
    await page.shows("npm run -s dossier -- backup monday.backup --passphrase-file passphrase");
    await page.signIn(await world.keyFor(["SETTINGS_CRUD"], [brandId]), "/settings/backups");
    await page.shows("No such page");
  }, 180_000);

  test("shows failed work with its reason, and tries it again", async () => {
    await world.service.db.rows(
      {
        name: "test_failed_job",
        text: `INSERT INTO job (kind, lane, brand_id, customer_id, state, attempts, last_error, failed_at)
          VALUES ('test', 'console', $1, $2, 'failed', 3, 'crm_timeout', now())`,
      },
      [brandId, customer.id],
    );
    await page.signIn(await world.keyFor(["SETTINGS_CRUD"]), "/settings/work");
    await page.shows("the CRM did not answer in time · 3 tries");
    await page.until("document.querySelector('.counts .bad-t')");
    await page.tab.locator(".counts .bad-t").first().click();
    await page.until("location.search === '?kind=test&state=failed'");
    await page.click("Try again");
    await page.shows("Nothing like that");
    expect((await world.admin.job.list({ kind: "test" })).items).toMatchObject([{ state: "waiting" }]);
  }, 180_000);
});
