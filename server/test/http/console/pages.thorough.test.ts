// axe on every page and every overlay of the console, in a real browser: light and dark, on a desk and on a telephone.
// Nothing is wider than the window, nothing moves for who asks for that, and the browser has nothing to complain of.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { source as axe } from "axe-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedDemo } from "../../../src/demo.ts";
import { readChannelTypes } from "../../../src/domain/channel-type.ts";
import { findChromium, openPage, type Page } from "../../support/servers/browser.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = findChromium();
if (!chromium) console.warn("SKIPPED: Chromium is not installed, so no page of the console is examined.");

const root = join(import.meta.dirname, "..", "..", "..", "..");
const built = spawnSync(process.execPath, [join(root, "scripts", "build-console.mjs")], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);
const world = await startTestServer({ console: true });
const empty = await startTestServer({ console: true });
const { db } = world.service;
await seedDemo(db, await readChannelTypes(db));
const find = async (query: string) => (await world.admin.customer.list({ query })).items[0]!;
const [customer, other] = [await find("MK-20417"), await find("MK-21902")];
const tickets = (await world.admin.ticket.list({ itemLimit: 99 })).items;
const linked = tickets.find((one) => one.customer_id === customer.id)!;
const unlinked = tickets.find((one) => one.customer_id === null && one.from !== "")!;

const brandId = tickets[0]!.brand_id;
await world.admin.key.create({ name: "Robin", permissions: ["CUSTOMER_READ"], kind: "person" });
await world.admin.key.create({
  name: "Shop",
  permissions: ["SETTINGS_CRUD"],
  brandIds: [brandId],
  strict: true,
});
const webhook = await world.admin.webhook.create({
  url: "http://127.0.0.1:9/hook",
  events: ["customer.created"],
  name: "Shop",
});
await world.admin.customer.create({ brandId, lastname: "Robin", primaryId: "of-a-webhook" });
const gone = await world.admin.customer.create({ brandId, lastname: "Gone", primaryId: "gone" });
await world.admin.customer.delete({ id: gone.id });
const delivery = (await world.admin.webhook.listDeliveries({ id: webhook.id })).items[0]!;

// numbers that a country keeps free for stories; a brand has an address once
const [ofOne, ofTwo, ofNobody] = ["+12025550191", "+12025550192", "+12025550193"].map(encodeURIComponent);
const brandIds = new Set(tickets.map((one) => one.brand_id));
for (const [place, brandId] of [...brandIds].entries())
  await world.admin.customer.create({
    brandId,
    firstname: "Robin",
    lastname: "Kettle",
    primaryId: `caller-${place}`,
    channels: (place === 0 ? ["+12025550191", "+12025550192"] : ["+12025550192"]).map((address) => ({
      type: "telephone",
      address,
    })),
  });

const timeoutMs = 180_000;
const heights = { 1440: 900, 390: 844, 320: 640 };
type Width = keyof typeof heights;
type Scheme = "light" | "dark";
const customerPage = `/customers/${customer.id}`;

describe.skipIf(!chromium)("nothing is wrong", () => {
  let page: Page;

  async function show(
    width: Width,
    scheme: Scheme,
    motion: "reduce" | "no-preference" = "reduce",
  ): Promise<void> {
    await page.tab.setViewportSize({ width, height: heights[width] });
    await page.tab.emulateMedia({ colorScheme: scheme, reducedMotion: motion });
    await page.value(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))",
    );
  }

  /** Opens a page and waits until it shows an element and is not loading. */
  async function open(path: string, element: string): Promise<void> {
    await page.open("about:blank");
    await show(1440, "light");
    await page.open(`${world.url}${path}`);
    await shows(element);
    await page.until("!document.querySelector('.skels, .stream[aria-busy=true]')");
    await page.value(`${axe};document.fonts.ready.then(() => 0)`);
  }

  const shows = (element: string) => page.until(`document.querySelector(${JSON.stringify(element)})`);
  const click = (element: string) => page.tab.locator(element).first().click();
  const write = (text: string) => page.tab.keyboard.insertText(text);
  const press = (key: string) => page.tab.keyboard.press(key);

  /**
   * What axe finds, as the rule and the element, and by how much the page is wider than the window. The guards at the
   * ends of a menu are hidden and take the focus on purpose: they hand it on at once.
   */
  async function examine(): Promise<{ faults: string[]; tooWide: number }> {
    const faults = await page.value<
      string[]
    >(`axe.run({ exclude: ["[data-base-ui-focus-guard]"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + " at " + node.target.join(" ") + ": " + node.failureSummary)))`);
    return { faults, tooWide: await tooWide() };
  }

  const tooWide = () => page.value<number>("Math.max(0, document.documentElement.scrollWidth - innerWidth)");

  /** The elements that would move. */
  const moving = () =>
    page.value<number>(`[...document.querySelectorAll("*")].filter((one) =>
      ["", "::before", "::after"].map((part) => getComputedStyle(one, part)).some(({ animationName, transitionDuration }) =>
        animationName !== "none" || transitionDuration.split(", ").some((time) => time !== "0s"))).length`);

  async function expectNothingAt(width: Width, scheme: Scheme): Promise<void> {
    await show(width, scheme);
    expect.soft({ width, scheme, ...(await examine()) }).toEqual({ width, scheme, faults: [], tooWide: 0 });
  }

  /** Examines what is open in both sizes and themes, and on the narrowest telephone. */
  async function expectNothing(): Promise<void> {
    for (const width of [1440, 390] as const)
      for (const scheme of ["light", "dark"] as const) await expectNothingAt(width, scheme);
    await show(320, "light");
    expect
      .soft({ tooWideAt320: await tooWide(), moving: await moving() })
      .toEqual({ tooWideAt320: 0, moving: 0 });
    // a call that is refused, or finds nothing, is a line of the browser's own
    expect.soft(page.complaints.filter((line) => !/status of 40[49]/.test(line))).toEqual([]);
    page.complaints.length = 0;
  }

  beforeAll(async () => {
    page = await openPage(chromium!);
    await open("/sign-in", "input[name=key]");
  }, timeoutMs);
  afterAll(() => page.close());

  test(
    "on the sign-in, before and after it says what is missing",
    async () => {
      await click("button[type=submit]");
      await shows("[role=alert] svg");
      await expectNothing();
      await page.value("document.querySelector('input[name=key]').focus()");
      await write(world.adminKey);
      await click("button[type=submit]");
      await shows("#search");
    },
    timeoutMs,
  );

  test.each([
    ["/customers", "#search"],
    ["/customers/new", "main form"],
    [customerPage, ".stream article"],
    [`${customerPage}?show=note`, ".story-bar [aria-pressed=true]"],
    ["/tickets", ".tickets tbody tr"],
    ["/tickets?all=1", ".tickets tbody .pill"],
    [`/tickets/${linked.id}`, ".whose .holder"],
    [`/tickets/${unlinked.id}`, ".whose form"],
    [`/call?number=${ofNobody}`, ".call-else"],
    [`/call?number=${ofTwo}`, ".holders .holder"],
    [`/call?number=${ofOne}`, ".caller"],
    ["/customers/nobody", ".blank"],
    ["/settings/system", ".chk"],
    ["/settings/keys", ".matrix tbody tr"],
    ["/settings/people", ".persons tbody tr"],
    ["/settings/audit?operation=customer.create", ".audit tbody tr"],
    ["/settings/work", ".jobs tbody tr, .blank"],
    ["/settings/backups", ".cmd"],
    ["/settings/me", ".page .kv dd"],
    ["/customers?deleted=1", ".deleted tbody tr"],
    ["/settings/webhooks", ".hooks tbody tr"],
    [`/settings/webhooks/${webhook.id}?open=${delivery.id}`, ".det"],
    ["/settings/brands", ".rows tbody tr"],
    [`/settings/brands/${customer.brand_id}`, ".set-form"],
    [`/settings/brands/${customer.brand_id}/lookup`, ".map"],
    [`/settings/brands/${customer.brand_id}/rules`, ".choices"],
    [`/settings/brands/${customer.brand_id}/fields`, ".rows tbody tr"],
    ["/settings/brands/99", ".blank"],
    ["/settings/fields", ".rows tbody tr"],
    ["/settings/types", ".rows tbody tr"],
  ])(
    "on %s",
    async (path, element) => {
      await open(path, element);
      await expectNothing();
    },
    timeoutMs,
  );

  test(
    "in the search, with customers found and one of them shown beside",
    async () => {
      await open("/customers", "#search");
      await page.value("document.querySelector('#search').focus()");
      await write("szcepanska");
      await page.until("document.querySelector('.peek h2') && document.querySelectorAll('.hit').length < 9");
      await expectNothing();
    },
    timeoutMs,
  );

  test.each<[string, () => Promise<unknown>, string]>([
    ["a channel with an address of another customer", () => takenAddress(), ".taken-card"],
    ["an event", () => press("e"), "[role=dialog] #event"],
    ["all keys", () => press("?"), "[role=dialog] .key-list"],
    ["the commands", () => press("Control+k"), "[role=dialog] [role=option]"],
    ["the menu of a customer", () => click(".cust-head .acts button:last-child"), "[role=menuitem]"],
    ["the menu of the key", () => click(".me [aria-haspopup=menu]"), "[role=menuitemradio]"],
    ["the erasure", () => erasure(), "#erase-id"],
    ["a detail in its field", () => click("dd button.value"), ".editor input, .editor select"],
  ])(
    "over a customer, with %s open",
    async (_name, act, element) => {
      await open(customerPage, ".cust-head .acts button:last-child");
      await shows(".me [aria-haspopup=menu]");
      await act();
      await shows(element);
      await expectNothing();
    },
    timeoutMs,
  );

  const pressTool = () => click(".tools .btn");

  test.each<[string, string, () => Promise<unknown>, string]>([
    ["a new key", "/settings/keys", pressTool, "[role=dialog] .grants"],
    ["the end of a key", "/settings/keys", () => menuOf(".matrix"), ".dialog form"],
    ["a new webhook", "/settings/webhooks", pressTool, "[role=dialog] .grants"],
    ["the end of a webhook", `/settings/webhooks/${webhook.id}`, () => menuOf(".tools"), ".dialog form"],
    ["a range", `/settings/webhooks/${webhook.id}`, () => click(".del-head > .btn"), ".dialog form"],
    ["a new person", "/settings/people", pressTool, "[role=dialog] .grants"],
  ])(
    "over the settings, with %s open",
    async (_name, path, act, element) => {
      await open(path, ".settings tbody tr");
      await act();
      await shows(element);
      await expectNothing();
    },
    timeoutMs,
  );

  test.each<[string, string, string, string]>([
    ["a new brand", "/settings/brands", ".bar .pri", "[role=dialog] form"],
    ["a custom field", "/settings/fields", ".rows .acts .btn", "[role=dialog] .options"],
    ["the deletion of a field", "/settings/fields", ".rows .acts .btn:last-child", "[role=dialog] .btn.bad"],
    ["a channel type", "/settings/types", ".rows .acts .btn", "[role=dialog] form"],
    ["the deletion of a brand", "/settings/brands/1", ".quiet-bad", "[role=dialog] .btn.bad"],
    ["headers that are typed", `/settings/brands/${customer.brand_id}/lookup`, ".btn.fit", ".hdr-typed"],
    ["a changed rule", `/settings/brands/${customer.brand_id}/rules`, ".switch", ".foot-bar .pri"],
  ])(
    "in the settings, with %s open",
    async (_name, path, act, element) => {
      await open(path, act);
      await click(act);
      await shows(element);
      await expectNothing();
      // a browser asks before a page with something typed is left, and says so where nobody has clicked
      const revert = page.tab.locator(".foot-bar .ghost");
      if (await revert.count()) await revert.click();
      await page.until("!document.querySelector('.foot-bar .pri')");
    },
    timeoutMs,
  );

  async function menuOf(list: string): Promise<void> {
    await click(`${list} [aria-haspopup=menu]`);
    await shows("[role=menuitem].bad");
    await click("[role=menuitem].bad");
  }
  test(
    "on the first steps, before there is a customer",
    async () => {
      await page.tab.context().clearCookies();
      await page.open(`${empty.url}/sign-in`);
      await shows("input[name=key]");
      await page.value("document.querySelector('input[name=key]').focus()");
      await write(empty.adminKey);
      await click("button[type=submit]");
      await shows(".todo form");
      await page.value(`${axe};document.fonts.ready.then(() => 0)`);
      await expectNothing();
      await page.tab.context().clearCookies();
      await open("/sign-in", "input[name=key]");
      await page.value("document.querySelector('input[name=key]').focus()");
      await write(world.adminKey);
      await click("button[type=submit]");
      await shows("#search");
    },
    timeoutMs,
  );

  test(
    "on a telephone, with the menu of the key open",
    async () => {
      await open(customerPage, ".tabbar [aria-haspopup=menu]");
      await show(390, "light");
      await click(".tabbar [aria-haspopup=menu]");
      await shows("[role=menuitemradio]");
      for (const scheme of ["light", "dark"] as const) await expectNothingAt(390, scheme);
      await shows("[role=menuitemradio]");
    },
    timeoutMs,
  );

  async function takenAddress(): Promise<void> {
    await press("a");
    await page.until("document.activeElement?.id === 'channel-address'");
    await write(other.channels[0]?.address ?? "");
    await click("[form=add-channel]");
  }

  async function erasure(): Promise<void> {
    await click(".cust-head .acts button:last-child");
    await shows("[role=menuitem].bad");
    await click("[role=menuitem].bad");
  }

  test(
    "the focus stays where the act was: a detail, an event, a channel, the customer",
    async () => {
      const focus = (element: string) =>
        page.value(`document.querySelector(${JSON.stringify(element)}).focus()`);
      const focused = (element: string) =>
        page.until(`document.activeElement.matches(${JSON.stringify(element)})`);
      const enter = () => press("Enter");
      await open(`/customers/${other.id}`, "dd button.value");
      const detail = "section:last-of-type dd button.value";
      await shows(detail);
      await focus(detail);
      await enter();
      await focused(".editor input");
      await write("a");
      await enter();
      await focused("dd button.value");

      await focus(".cust-head .acts > .btn:nth-child(2)");
      await enter();
      await focused("#event");
      await write("Called about the kettle");
      await click("[role=dialog] footer .pri");
      await focused(".cust-head .acts > .btn:nth-child(2)");

      await focus(".reach li .acts .btn:last-child");
      await enter();
      await focused(".facts h2 button");

      await focus(".cust-head .acts button:last-child");
      await enter();
      await shows("[role=menuitem]");
      await press("d");
      await enter();
      await focused(".blank button");
    },
    timeoutMs,
  );

  test(
    "but what is wrong is found: a pale text, a wide element, a complaint, a covered button, and motion that nobody asked to be without",
    async () => {
      await open(customerPage, "dl > div");
      await page.value("document.querySelector('dl > div').classList.add('flash')");
      expect(await moving()).toBe(0);
      await show(1440, "light", "no-preference");
      expect(await moving()).toBe(1);
      await page.value(`document.querySelector("main h1").style.color = "var(--line)";
        document.body.style.minWidth = "5000px";
        document.body.append(Object.assign(document.createElement("img"), { src: "http://127.0.0.1:1/" }))`);
      await page.until("document.querySelector('img').complete");
      const { faults, tooWide } = await examine();
      expect(faults.join()).toContain("color-contrast");
      expect(tooWide).toBeGreaterThan(3000);
      expect(page.complaints.join()).toContain("Content Security Policy");

      await page.value(`document.body.append(document.createElement("div"));
        Object.assign(document.body.lastChild.style, { position: "fixed", inset: "0", zIndex: "99" })`);
      const covered = page.tab.locator(".cust-head .btn").first().click({ timeout: 1000 });
      await expect(covered).rejects.toThrow("intercepts pointer events");
    },
    timeoutMs,
  );
});
