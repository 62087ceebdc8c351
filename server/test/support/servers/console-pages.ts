// The pages of the console on the demo world, with where each stands in the keymap, for tests that go through all of them,
// and the ways to them.
import type { Place } from "../../../../console/src/ui/keymap.ts";
import { seedDemo } from "../../../src/demo.ts";
import { readChannelTypes } from "../../../src/domain/channel-type.ts";
import type { TestServer } from "../test-server.ts";
import { type ConsolePage, openConsole } from "./console-page.ts";

/** The address of a page, what it shows when it is there, its places in the keymap, and how many of a range it offers. */
export type ConsolePageRow = [path: string, shows: string, places: Place[], offered?: number];

const several = "+12025550192"; // of two: a brand has an address once

/** Fills a server with the demo world; every list but those of work and backups has two rows. */
export async function seedPages(world: TestServer) {
  const { db } = world.service;
  await seedDemo(db, await readChannelTypes(db));
  const tickets = (await world.admin.ticket.list({ itemLimit: 99 })).items;
  const linked = tickets.find((one) => one.customer_id !== null);
  const unlinked = tickets.find((one) => one.customer_id === null);
  if (!linked || !unlinked) throw new Error("the demo world has tickets with and without a customer");
  for (const brandId of [...new Set(tickets.map(({ brand_id }) => brand_id))].slice(0, 2)) {
    const channels = [{ type: "telephone", address: several }];
    await world.admin.customer.create({ brandId, firstname: "Robin", lastname: "Kettle", channels });
  }
  for (const lastname of ["Gone", "Away"]) {
    const { id } = await world.admin.customer.create({
      brandId: linked.brand_id,
      lastname,
      primaryId: lastname,
    });
    await world.admin.customer.delete({ id });
  }
  for (const label of ["Focus", "Size"])
    await world.admin.customfield.create({ brandId: 1, name: label.toLowerCase(), label, type: "text" });
  for (const kind of ["service", "person"] as const)
    for (const name of ["Shop", "Till"])
      await world.admin.key.create({ kind, name, permissions: ["CUSTOMER_READ"] });
  const createWebhook = () =>
    world.admin.webhook.create({ url: "http://127.0.0.1:9/hook", events: ["customer.deleted"] });
  await createWebhook();
  const webhook = await createWebhook();
  const pages: ConsolePageRow[] = [
    ["/customers", "#hits [role=option]", ["list", "links", "customers"]],
    ["/customers?deleted=1", ".deleted tbody tr", ["list"]],
    ["/customers/new", "main form", []],
    [`/customers/${linked.customer_id}`, ".stream article", ["record", "customer"], 5],
    ["/tickets", ".tickets tbody a", ["list", "links", "tickets"]],
    [`/tickets/${linked.id}`, ".whose .holder", ["record", "ticket"]],
    [`/tickets/${unlinked.id}`, ".whose form", ["record", "ticket"]],
    [`/call?number=${encodeURIComponent(several)}`, ".holders .holder", ["call"], 2],
    ["/call?number=%2B12025550193", ".call-else button:last-child", ["call"], 0],
    ["/customers/nobody", ".blank", []],
    ["/settings/brands", ".rows tbody tr", ["list", "links"]],
    ["/settings/brands/1", ".set-form", ["form"]],
    ["/settings/brands/1/lookup", ".map", ["form"]],
    ["/settings/brands/1/rules", ".choices", ["form"]],
    ["/settings/brands/1/fields", ".rows tbody tr", ["list", "opens"]],
    ["/settings/fields", ".rows tbody tr", ["list", "opens"]],
    ["/settings/types", ".rows tbody tr", ["list", "opens"]],
    ["/settings/keys", ".matrix tbody tr", ["list", "opens"]],
    ["/settings/people", ".persons tbody tr", ["list", "opens"]],
    ["/settings/webhooks", ".hooks tbody tr", ["list", "links"]],
    [`/settings/webhooks/${webhook.id}`, ".tools [aria-haspopup=menu]", []],
    ["/settings/system", ".chk", ["system"]],
    ["/settings/work", ".jobs tbody tr, .blank", []],
    ["/settings/backups", ".cmd", []],
    ["/settings/audit", ".audit tbody tr", ["list"]],
    ["/settings/me", ".page .kv dd", []],
  ];
  return { pages, linked, unlinked, webhook };
}

/** The console with ways to its pages; each ends when the page shows an element and has read all that it asked for. */
export interface ConsoleWithPages extends ConsolePage {
  /** loads a path */
  load(path: string, element: string): Promise<void>;
  /** goes to a path without a load */
  visit(path: string, element: string): Promise<void>;
  isRead(element: string): Promise<void>;
  isThere(element: string): Promise<void>;
}

/** Opens the console of a desk, with a script in every page. */
export async function openPages(
  world: TestServer,
  chromium: string,
  source: string,
): Promise<ConsoleWithPages> {
  const page = await openConsole(world.url, chromium);
  try {
    await page.tab.addInitScript({ content: source });
    await page.signIn(world.adminKey, "/customers");
  } catch (error) {
    await page.close();
    throw error;
  }
  const find = (element: string) => `document.querySelector(${JSON.stringify(element)})`;
  const isRead = async (element: string) => {
    await page.until(
      `${find(element)} && ${find(".me [aria-haspopup=menu]")} && !${find(".skels, [aria-busy=true], span.btn.icon")}`,
    );
    await page.value(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
      document.activeElement.blur();
      done(0);
    })))`);
  };
  return {
    ...page,
    isRead,
    isThere: (element) => page.until(find(element)),
    load: async (path, element) => {
      await page.goTo(path);
      await isRead(element);
    },
    visit: async (path, element) => {
      await page.value(`void history.pushState(null, "", ${JSON.stringify(path)})`);
      await isRead(element);
    },
  };
}
