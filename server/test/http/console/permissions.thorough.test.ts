// Every permission alone, and what people have together, on every page of the console in a real browser: a page that is not
// allowed is not there, an act that is not allowed is not offered, and the console asks the server for nothing that it
// would refuse.
import { partsOfSettings, permissions as allPermissions, type Permission } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareConsole } from "../../support/servers/console-page.ts";
import { type ConsoleWithPages, openPages, seedPages } from "../../support/servers/console-pages.ts";
import { startTestServer } from "../../support/test-server.ts";

const chromium = prepareConsole();
const world = await startTestServer({ console: true, rateLimit: 0 });
const { pages } = await seedPages(world);

/** What each page needs: all of one of these. */
const pageNeeds: [path: RegExp, ...needs: Permission[][]][] = [
  [/^.settings.me$/, []],
  [/^.settings.types/, ["SETTINGS_CRUD"], ["CHANNEL_CUD"]],
  [/^.settings.webhooks/, ["WEBHOOK_CUD"]],
  [/^.settings.system/, ["METRICS_READ"]],
  [/^.settings.audit/, ["AUDIT_READ"]],
  [/^.settings/, ["SETTINGS_CRUD"]],
  [/^.tickets/, ["TICKET_READ"]],
  [/^.customers.new/, ["CUSTOMER_READ", "CUSTOMER_CUD"]],
  [/^.(customers|call)/, ["CUSTOMER_READ"]],
];

/** The acts of pages, by their names, and the permission of each. */
const acts: [name: string, needs: Permission][] = [
  ["New customer", "CUSTOMER_CUD"],
  ["Deleted customers", "CUSTOMER_CUD"],
  ["Ask the CRM", "CUSTOMER_CUD"],
  ["Add an event", "CUSTOMER_CUD"],
  ["Add a channel", "CUSTOMER_CUD"],
  ["Unlink", "TICKET_UPDATE"],
  ["Keep note", "MESSAGE_CREATE"],
  ["New brand", "SETTINGS_CRUD"],
  ["New field", "SETTINGS_CRUD"],
  ["New type", "CHANNEL_CUD"],
  ["New key", "SETTINGS_CRUD"],
  ["Add a person", "SETTINGS_CRUD"],
  ["New webhook", "WEBHOOK_CUD"],
];

/** The permissions of a key with those that come with them. */
const withOwn = (own: readonly Permission[]) =>
  new Set(own.includes("SETTINGS_CRUD") ? [...own, ...partsOfSettings] : own);

const agent: Permission[] = [
  "CUSTOMER_READ",
  "CUSTOMER_CUD",
  "TICKET_READ",
  "TICKET_UPDATE",
  "MESSAGE_CREATE",
];
const keys: [name: string, own: readonly Permission[]][] = [
  ["all", allPermissions],
  ["an agent", agent],
  ["who only reads", ["CUSTOMER_READ", "TICKET_READ"]],
  ...allPermissions.map((one): [string, Permission[]] => [one, [one]]),
];

/** In the page: how many requests are unanswered. */
const countRequests = `
  const send = globalThis.fetch;
  globalThis.unanswered = 0;
  globalThis.fetch = (...request) => {
    unanswered += 1;
    return send(...request).finally(() => void (unanswered -= 1));
  };`;
const isIdle = `unanswered === 0 && document.querySelector("main h1, main .bar") && !document.querySelector(".skels, [aria-busy=true]")`;

describe.skipIf(!chromium)("with the key of", () => {
  let page: ConsoleWithPages;
  const offeredToAll = new Map<string, string[]>();
  beforeAll(async () => {
    page = await openPages(world, chromium!, countRequests);
  });
  afterAll(() => page.close());

  const settle = () =>
    page.value(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))`);
  /** Goes to a page, and waits until it has read what it asks for. */
  async function visit(path: string): Promise<{ isThere: boolean; offered: string[] }> {
    if (path.startsWith("/call")) await page.goTo(path);
    else await page.value(`void history.pushState(null, "", ${JSON.stringify(path)})`);
    do {
      await settle();
      await page.until(isIdle);
      await settle();
    } while (!(await page.value<boolean>(`Boolean(${isIdle})`)));
    const isThere = await page.value<boolean>(
      "!document.querySelector('main h1')?.innerText.includes('No such page')",
    );
    const seen = await page.tab.locator("main").ariaSnapshot();
    const offered = acts
      .map(([name]) => name)
      .filter((name) => seen.includes(`- button "${name}`) || seen.includes(`- link "${name}`));
    return { isThere, offered };
  }

  test.each(keys)(
    "%s",
    async (_, own) => {
      const has = withOwn(own);
      await page.signIn(await world.keyFor([...own]), "/settings/me");
      page.complaints.length = 0;
      const wrong: unknown[] = [];
      for (const [path] of pages) {
        const [, ...needs] = pageNeeds.find(([pattern]) => pattern.test(path)) ?? [/^$/];
        const isAllowed = needs.some((all) => all.every((one) => has.has(one)));
        const { isThere, offered } = await visit(path);
        if (own === allPermissions) offeredToAll.set(path, offered);
        const expected = acts
          .filter(
            ([name, permission]) => isThere && offeredToAll.get(path)?.includes(name) && has.has(permission),
          )
          .map(([name]) => name);
        if (isThere !== (isAllowed && path !== "/customers/nobody"))
          wrong.push([path, isThere ? "is there" : "is missing"]);
        if (offered.join() !== expected.join()) wrong.push([path, offered, "instead of", expected]);
      }
      expect(wrong).toEqual([]);
      expect(page.complaints).toEqual([]);
      expect([...offeredToAll.values()].flat()).toEqual(expect.arrayContaining(acts.map(([name]) => name)));
    },
    120_000,
  );
});
