// First steps of a new installation in the console, in Chromium if it is installed: the brand gets its name, the call that
// is shown brings the first customer, and the page shows what is done.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { permissions } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStartLink } from "../../../src/domain/key/start-link.ts";
import { findChromium } from "../../support/servers/browser.ts";
import { buildConsole, type ConsoleUser, openConsole } from "../../support/servers/console-user.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no first step is taken in a browser.");
buildConsole();
const world = await startTestServer({ console: true });

describe.skipIf(!chromium)("the first steps in a browser", () => {
  let user: ConsoleUser;
  beforeAll(async () => void (user = await openConsole(world.url, chromium!)));
  afterAll(() => user.page.close());

  const isAt = (path: string) => user.page.until(`location.pathname === ${JSON.stringify(path)}`);
  const stepsDone = () =>
    user.page.value("[...document.querySelectorAll('.todo')].map((one) => one.matches('.done'))");

  test("a key that may set up the installation is led to them, another one to its work", async () => {
    await user.signIn(await world.keyFor(["CUSTOMER_READ"]), "/");
    await isAt("/customers");
    const owner = await world.admin.key.create({ name: "owner", permissions: [...permissions] });
    const { token = "" } = (await createStartLink(world.service.db, owner.id)) ?? {};
    await user.page.value("localStorage.clear()");
    await user.page.send("Network.clearBrowserCookies");
    await user.go(`/start#${token}`);
    await isAt("/welcome");
    await user.shows("Your directory is empty.");
    expect(await stepsDone()).toEqual([false, false, false]);
  });

  test("the brand gets its name", async () => {
    await user.fill("Name", "Teehaus");
    await user.fill("Country", "AT");
    await user.click("Save the name");
    await user.page.until("document.querySelector('.todo.done')");
    await user.shows("· Austria");
    expect(await stepsDone()).toEqual([true, false, false]);
    expect((await world.admin.brand.find({ id: 1 })).item).toMatchObject({
      name: "Teehaus",
      default_country: "AT",
    });
  });

  test("the call that is shown works as it stands, and its customer appears", async () => {
    const call = await user.page.value<string>("document.querySelector('.cmd pre').innerText");
    const { stdout } = await promisify(execFile)("sh", ["-c", call], {
      env: { ...process.env, API_KEY: await world.keyFor(["CUSTOMER_CUD"]) },
    });
    expect(stdout).toContain('"outcome":"created"');
    await user.shows("The first customer is here.");
    expect(await stepsDone()).toEqual([true, true, false]);
    const addresses = await user.page.value<string[]>(
      "[...document.querySelectorAll('.cmd code')].map((one) => one.innerText)",
    );
    expect(addresses).toEqual([`${world.url}/call#{number}`, `${world.url}/call?number={number}`]);
    await user.click("Find a customer");
    await isAt("/customers");
  });

  test("with a customer they are not shown again", async () => {
    for (const path of ["/welcome", "/"]) {
      await user.go(path);
      await isAt("/customers");
    }
  });
});
