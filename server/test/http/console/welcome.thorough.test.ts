// First steps of a new installation in the console, in Chromium if it is installed: the brand gets its name, the call that
// is shown brings the first customer, and the page shows what is done.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { permissions } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStartLink } from "../../../src/domain/key/start-link.ts";
import { type ConsolePage, openConsole, prepareConsole } from "../../support/servers/console-page.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true });

describe.skipIf(!chromium)("the first steps in a browser", () => {
  let page: ConsolePage;
  beforeAll(async () => void (page = await openConsole(world.url, chromium!)));
  afterAll(() => page.close());

  const isAt = (path: string) => page.until(`location.pathname === ${JSON.stringify(path)}`);
  const stepsDone = () =>
    page.value("[...document.querySelectorAll('.todo')].map((one) => one.matches('.done'))");

  test("a key that may set up the installation is led to them, another one to its work", async () => {
    await page.signIn(await world.keyFor(["CUSTOMER_READ"]), "/");
    await isAt("/customers");
    const owner = await world.admin.key.create({ name: "owner", permissions: [...permissions] });
    const { token = "" } = (await createStartLink(world.service.db, owner.id)) ?? {};
    await page.value("localStorage.clear()");
    await page.tab.context().clearCookies();
    await page.goTo(`/start#${token}`);
    await isAt("/welcome");
    await page.shows("Your directory is empty.");
    expect(await stepsDone()).toEqual([false, false, false]);
  });

  test("the brand gets its name", async () => {
    await page.fill("Name", "Teehaus");
    await page.fill("Country", "AT");
    await page.click("Save the name");
    await page.until("document.querySelector('.todo.done')");
    await page.shows("· Austria");
    expect(await stepsDone()).toEqual([true, false, false]);
    expect((await world.admin.brand.find({ id: 1 })).item).toMatchObject({
      name: "Teehaus",
      default_country: "AT",
    });
  });

  test("the call that is shown works as it stands, and its customer appears", async () => {
    const call = await page.value<string>("document.querySelector('.cmd pre').innerText");
    const { stdout } = await promisify(execFile)("sh", ["-c", call], {
      env: { ...process.env, API_KEY: await world.keyFor(["CUSTOMER_CUD"]) },
    });
    expect(stdout).toContain('"outcome":"created"');
    await page.shows("The first customer is here.");
    expect(await stepsDone()).toEqual([true, true, false]);
    const addresses = await page.value<string[]>(
      "[...document.querySelectorAll('.cmd code')].map((one) => one.innerText)",
    );
    expect(addresses).toEqual([`${world.url}/call#{number}`, `${world.url}/call?number={number}`]);
    await page.click("Find a customer");
    await isAt("/customers");
  });

  test("with a customer they are not shown again", async () => {
    for (const path of ["/welcome", "/"]) {
      await page.goTo(path);
      await isAt("/customers");
    }
  });
});
