// The console, built from its sources: browsers get its pages under a strict policy, programs what they always got; and
// in Chromium, if it is installed, an agent signs in, finds a customer by a misspelt name and changes one.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { permissions } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { createStartLink } from "../../../src/domain/key/start-link.ts";
import { startTestServer } from "../../support/test-server.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);

const world = await startTestServer({ console: true, rateLimit: 0 });
const without = await startTestServer();
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const open = (path: string, accept = browser, at = world) => fetch(at.url + path, { headers: { accept } });

test("browsers get the console at every page of its own, under a policy without exceptions", async () => {
  for (const path of [
    "/",
    "/sign-in",
    "/customers",
    "/customers/7",
    "/customers/new",
    "/call",
    "/tickets/86",
  ]) {
    const answer = await open(path);
    const [text, { headers }] = [await answer.text(), answer];
    expect([path, answer.status, headers.get("content-type")]).toEqual([
      path,
      200,
      "text/html; charset=utf-8",
    ]);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    expect([headers.get("cache-control"), headers.get("vary")]).toEqual(["no-cache", "accept"]);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
    for (const [, name = ""] of text.matchAll(/(?:src|href)="([^"]*)"/g)) {
      const file = await open(name);
      expect([name, file.status, file.headers.get("cache-control")]).toEqual([
        name,
        200,
        "public, max-age=31536000, immutable",
      ]);
    }
  }
});

test("programs get JSON at / and no page elsewhere, and a server without the console has its start page", async () => {
  expect(await (await open("/", "application/json")).json()).toMatchObject({ name: "Dossier" });
  for (const accept of ["*/*", "application/json"]) {
    const answer = await open("/customers", accept);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: "unknown_endpoint" }]);
  }
  expect(await (await open("/", browser, without)).text()).toContain("It works.");
  expect((await open("/customers", browser, without)).status).toBe(404);
});

test("no path leads to another file, and other methods are refused", async () => {
  for (const name of [
    "/assets/nothing.js",
    "/assets/..%2findex.html",
    "/assets/%2e%2e%2ffingerprint",
    "/assets/",
  ])
    expect([name, (await open(name)).status]).toEqual([name, 404]);
  const posted = await fetch(`${world.url}/customers`, { method: "POST" });
  expect([posted.status, await posted.json()]).toMatchObject([405, { code: "method_not_allowed" }]);
});

test("the first load is at most 140 kB of script", () => {
  const folder = join(root, "dist", "console");
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const seen = new Set<string>();
  const read = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const code = readFileSync(join(folder, "assets", name), "utf8");
    for (const [, other = ""] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) read(other);
  };
  for (const [, name = ""] of page.matchAll(/src="\/assets\/([^"]+\.js)"/g)) read(name);
  const sizes = [...seen].map(
    (name) => gzipSync(readFileSync(join(folder, "assets", name)), { level: 9 }).length,
  );
  expect(seen.size).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(140_000);
});

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so the console is not used in a browser.");

describe.skipIf(!chromium)("an agent in a browser", () => {
  const [email, number] = ["zofia.canary@console.example", "+48225550117"];
  const words = ["Szczepańska", email, number, "szcepanska"];
  let page: Page;
  beforeAll(async () => void (page = await openPage(chromium!)), 180_000);
  afterAll(() => page.close());

  const typeText = (text: string) => page.tab.keyboard.type(text);
  const enter = () => page.tab.keyboard.press("Enter");
  const shows = (text: string) => page.until(`document.body?.innerText.includes(${JSON.stringify(text)})`);

  test("signs in, finds by a misspelt name, opens, changes, deletes and undoes, all by keyboard", async () => {
    const brandId = await world.newBrand();
    const { id } = await world.admin.customer.create({
      brandId,
      firstname: "Zofia",
      lastname: "Szczepańska",
      primaryId: `console-${brandId}`,
      channels: [
        { type: "email", address: email },
        { type: "telephone", address: number },
      ],
    });
    const key = await world.keyFor(
      ["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ", "CHANNEL_READ"],
      [brandId],
    );
    await page.open(`${world.url}/`);
    await page.until("document.activeElement?.name === 'key'");
    await typeText(key);
    await enter();
    await page.until("document.activeElement?.id === 'search'");
    await typeText("szcepanska");
    await enter(); // waits for the answer to the text as typed
    await page.until(`location.pathname === "/customers/${id}"`);
    await shows("Szczepańska");
    expect(await page.value("document.title")).toBe(`Customer ${id} – Dossier`);

    await typeText("e");
    await page.until("document.activeElement?.id === 'event'");
    await typeText("Called about the copper kettle");
    await page.tab.keyboard.press("Control+Enter");
    await page.until("!document.querySelector('[role=dialog]')");
    await shows("Called about the copper kettle");

    await page.value("document.querySelector('.acts > button:last-child').focus()");
    await enter();
    await page.until("document.querySelector('[role=menu]')");
    await typeText("d"); // letters move in a menu
    await enter();
    await shows("This customer was deleted");
    await typeText("u");
    await shows("copper kettle");
    expect((await world.admin.customer.find({ id })).item.firstname).toBe("Zofia");
  }, 180_000);

  test("a field that somebody else changes while it is typed is shown twice, and another one is saved over", async () => {
    const id = Number(await page.value<string>("location.pathname.slice(11)"));
    const edit = async (label: string, text: string) => {
      await page.tab.getByRole("button", { name: new RegExp(`^Change ${label}`) }).click();
      await page.until(`document.activeElement?.getAttribute("aria-label") === "${label}"`);
      await page.value("document.activeElement.select()");
      await typeText(text);
    };
    await edit("First name", "Zosia");
    await world.admin.customer.update({ id, lastname: "Szczepańska-Nowak" });
    await enter();
    await shows("Somebody else changed another field meanwhile");
    const { item } = await world.admin.customer.find({ id });
    expect([item.firstname, item.lastname]).toEqual(["Zosia", "Szczepańska-Nowak"]);

    await shows("Szczepańska-Nowak");
    await edit("Last name", "Nowak");
    await world.admin.customer.update({ id, lastname: "Szczepańska-Kowalska" });
    await enter();
    await shows("Somebody else changed Last name");
    await shows("Szczepańska-Kowalska");
    await page.tab.locator(".versus .btn.pri").first().click();
    await page.until("!document.querySelector('.versus, .editor')");
    expect((await world.admin.customer.find({ id })).item.lastname).toBe("Nowak");
  }, 180_000);

  test("a number in the address of a call is taken out, and its holder is opened", async () => {
    await page.open(`${world.url}/call?number=0048%2022%20555%2001%2017`);
    await shows("Calling now");
    expect(await page.value("location.pathname + location.search + location.hash")).toMatch(
      /^\/customers\/\d+$/,
    );
  }, 180_000);

  test("a number without a holder leaves the address, too, and can be kept for a new customer", async () => {
    await page.open(`${world.url}/call?number=%2B493012345678`);
    await shows("Nobody has this number.");
    expect(await page.value("location.pathname + location.search + location.hash")).toBe("/call");
    await typeText("n");
    await page.until("document.querySelector('#address')?.value === '+493012345678'");
    expect(await page.value("location.pathname + location.search + location.hash")).toBe("/customers/new");
  }, 180_000);

  test("a start link signs in once: its token leaves the address, and a used one asks for a key", async () => {
    const owner = await world.admin.key.create({ name: "owner", permissions: [...permissions] });
    const { token = "" } = (await createStartLink(world.service.db, owner.id)) ?? {};
    for (const outcome of [
      "location.pathname === '/customers'",
      "document.querySelector('[role=alert]')?.innerText",
    ]) {
      await page.value("localStorage.clear()");
      // what the page asks for while it is left is still signed in
      await page.open("about:blank");
      await page.tab.context().clearCookies();
      await page.open(`${world.url}/start#${token}`);
      await page.until(outcome);
      expect(await page.value("location.href")).not.toContain("dss_");
    }
    await shows("Sign in with a key");
  }, 180_000);

  test("no name, address or number is in an address, a title or a storage, and nothing went elsewhere", async () => {
    const kept = await page.value<string>(
      "JSON.stringify([location.href, document.title, history.state, {...localStorage}, {...sessionStorage}])",
    );
    const asked = page.requests
      .map(({ url }) => decodeURIComponent(url))
      .filter((url) => !/^(data|about|blob):/.test(url));
    for (const word of words) {
      expect(kept).not.toContain(word);
      const found = asked.filter((url) => url.includes(word) && !url.includes("/call?number="));
      expect(found).toEqual([]);
    }
    expect(asked.filter((url) => !url.startsWith(`${world.url}/`))).toEqual([]);
    // what was refused on purpose: the used link, and a version that was no longer the newest
    expect(page.complaints.filter((line) => !/status of (410|412) /.test(line))).toEqual([]);
  });
});
