/**
 * `npm run console:shots [-- --only tickets,keys --to FOLDER --format webp]`: pictures of every page of the console on the demo world, light
 * and dark, of a desk and of a telephone, in `.cache/shots`. They are looked at one by one before a release.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Client, createClient } from "@dossier/api";
import { findChromium, openPage, type Page } from "../server/test/support/servers/browser.ts";
import { startConsole } from "./servers/console-process.ts";
import { killOnExit } from "./servers/processes.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    to: { type: "string", default: join(process.cwd(), ".cache", "shots") },
    format: { type: "string", default: "png" },
  },
});

const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const schemes = ["light", "dark"] as const;
const adminKey = randomBytes(24).toString("hex");

/** One picture: a path, what shows that it is there, and what is done before. */
interface Shot {
  name: string;
  path: string;
  shows: string;
  act?: (page: Page) => Promise<unknown>;
}

const write = (page: Page, text: string) => page.tab.keyboard.insertText(text);
const press = (page: Page, key: string) => page.tab.keyboard.press(key);

function settingsShots({ webhookId, brandId }: Records): Shot[] {
  const pages = {
    brands: "brands",
    brand: `brands/${brandId}`,
    "brand-lookup": `brands/${brandId}/lookup`,
    "brand-rules": `brands/${brandId}/rules`,
    "brand-fields": `brands/${brandId}/fields`,
    fields: "fields",
    types: "types",
    keys: "keys",
    people: "people",
    webhooks: "webhooks",
    webhook: `webhooks/${webhookId}`,
    audit: "audit",
    work: "work",
    backups: "backups",
    system: "system",
    me: "me",
  };
  return Object.entries(pages).map(([name, path]) => ({
    name,
    path: `/settings/${path}`,
    shows: ".page",
  }));
}

/** Keys of programs and people, and a CRM, which the demo world has none of. */
async function makeKeys(dossier: Client, brandId: number): Promise<void> {
  const desk = [
    "CUSTOMER_READ",
    "CUSTOMER_CUD",
    "CHANNEL_READ",
    "TICKET_READ",
    "TICKET_UPDATE",
    "MESSAGE_CREATE",
  ] as const;
  const soon = new Date(Date.now() + 6 * 86_400_000).toISOString();
  await dossier.key.create({
    name: "Web shop",
    permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"],
    brandIds: [brandId],
  });
  await dossier.key.create({ name: "Telephone desk", permissions: [...desk] });
  await dossier.key.create({
    name: "Chat bot",
    permissions: ["CUSTOMER_READ", "TICKET_UPDATE", "MESSAGE_CREATE"],
    expiresAt: soon,
  });
  await dossier.key.create({ name: "Auditor", permissions: ["AUDIT_READ", "METRICS_READ"] });
  await dossier.key.create({ name: "Marta Kessler", kind: "person", permissions: [...desk] });
  await dossier.key.create({
    name: "Tomás Prieto",
    kind: "person",
    permissions: ["CUSTOMER_READ", "TICKET_READ"],
  });
  await dossier.brand.update({
    id: brandId,
    crmLookupUrl: "https://crm.example.com/dossier/lookup",
    crmHeaders: { authorization: "Bearer of the demo" },
    crmFieldMap: { primary_id: "/customer/no", firstname: "/customer/given", lastname: "/customer/family" },
  });
}

/** The records of the demo world that the pictures show. */
async function findRecords(url: string) {
  const dossier = createClient({ url, key: adminKey });
  const find = async (query: string) => (await dossier.customer.list({ query })).items[0];
  const [zofia, other, rtl] = [await find("MK-20417"), await find("MK-21902"), await find("محمد")];
  const tickets = (await dossier.ticket.list({ itemLimit: 99 })).items;
  await makeKeys(dossier, zofia?.brandId ?? 1);
  const webhook = await dossier.webhook.create({
    url: "https://shop.example.com/hooks/dossier",
    events: ["customer.updated", "event.created"],
    name: "Web shop",
    paused: true,
  });
  for (const item of (await dossier.customer.list({ brandId: zofia?.brandId ?? 1, itemLimit: 6 })).items)
    await dossier.customer.addEvent({
      customerId: item.id,
      message: "Newsletter opened",
      type: "mailing",
      initiatedBy: "Newsletter",
    });
  return {
    customer: `/customers/${zofia?.id}`,
    rtl: `/customers/${rtl?.id}`,
    taken: other?.channels[0]?.address ?? "",
    number: zofia?.channels.find(({ address }) => address.startsWith("+"))?.address ?? "",
    linked: `/tickets/${tickets.find((one) => one.customerId === zofia?.id)?.id}`,
    unlinked: `/tickets/${tickets.find((one) => one.customerId === null && one.from !== "")?.id}`,
    webhookId: webhook.id,
    brandId: zofia?.brandId ?? 1,
  };
}

type Records = Awaited<ReturnType<typeof findRecords>>;
const stream = ".stream article";
const call = (number: string) => `/call?number=${encodeURIComponent(number)}`;

const deskShots = ({ customer, rtl, number, linked, unlinked }: Records): Shot[] => [
  { name: "customers", path: "/customers", shows: ".hit" },
  {
    name: "search",
    path: "/customers",
    shows: ".hit",
    act: async (page) => {
      await page.value("document.querySelector('#search').focus()");
      await write(page, "schafer");
      await page.until("document.querySelector('.found[aria-busy=false] .hit')");
    },
  },
  { name: "customers-deleted", path: "/customers?deleted=1", shows: "main h1" },
  { name: "new-customer", path: "/customers/new", shows: "main form" },
  { name: "customer", path: customer, shows: stream },
  { name: "customer-rtl", path: rtl, shows: ".cust h1" },
  { name: "customer-events", path: `${customer}?show=event`, shows: stream },
  { name: "call", path: call(number), shows: ".caller" },
  { name: "call-nobody", path: call("+12025550193"), shows: ".call-else" }, // kept free for stories
  { name: "tickets", path: "/tickets", shows: ".tickets tbody tr" },
  { name: "ticket", path: linked, shows: ".whose .holder" },
  { name: "ticket-unlinked", path: unlinked, shows: ".whose form" },
  { name: "no-page", path: "/customers/nothing", shows: ".blank" },
];

/** Over a customer: a key that opens something, and what is then there. */
function overlayShots({ customer, taken }: Records): Shot[] {
  const over = (name: string, key: string, opened: string): Shot => ({
    name,
    path: customer,
    shows: stream,
    act: async (page) => {
      await press(page, key);
      await page.until(`document.querySelector('[role=dialog] ${opened}')`);
    },
  });
  const channel = over("customer-conflict", "a", "#channel-address");
  return [
    {
      ...channel,
      act: async (page) => {
        await channel.act?.(page);
        await page.until("document.activeElement?.id === 'channel-address'");
        await write(page, taken);
        await press(page, "Enter");
        await page.until("document.querySelector('.taken-card')");
      },
    },
    over("customer-event", "e", "#event"),
    over("commands", "Control+k", "[role=option]"),
    over("keyboard", "?", ".key-list"),
  ];
}

async function photograph(page: Page, url: string, shot: Shot): Promise<void> {
  for (const [place, size] of Object.entries(sizes))
    for (const scheme of schemes) {
      await page.tab.setViewportSize(size);
      await page.tab.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.open("about:blank");
      await page.open(url + shot.path);
      await page.until(`document.querySelector(${JSON.stringify(shot.shows)})`);
      await shot.act?.(page);
      await page.until("!document.querySelector('.skels, [aria-busy=true]')");
      await page.value("document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 300)))");
      await page.tab.screenshot({
        path: join(values.to, `${shot.name}-${place}-${scheme}.${values.format}`),
        caret: "initial",
        ...(values.format === "webp" ? { type: "webp", quality: 82 } : {}),
      });
    }
}

const program = findChromium();
if (!program) throw new Error("Chromium is not installed");
killOnExit();
mkdirSync(values.to, { recursive: true });
const demo = await startConsole(["--demo"], { DOSSIER_ADMIN_KEY: adminKey });
const page = await openPage(program);
try {
  const records = await findRecords(demo.url);
  const shots: Shot[] = [
    { name: "sign-in", path: "/sign-in", shows: "input[name=key]" },
    ...deskShots(records),
    ...overlayShots(records),
    ...settingsShots(records),
  ];
  const wanted = values.only.split(",").filter(Boolean);
  const isWanted = ({ name }: Shot) => wanted.length === 0 || wanted.includes(name);
  for (const shot of shots) {
    if (isWanted(shot)) await photograph(page, demo.url, shot);
    if (shot.path !== "/sign-in") continue;
    await page.open(`${demo.url}/sign-in`);
    await page.until("document.activeElement?.name === 'key'");
    await write(page, adminKey);
    await press(page, "Enter");
    await page.until("document.querySelector('.hit')");
  }
  console.log(`${shots.filter(isWanted).length * 4} pictures in ${values.to}`);
  if (page.complaints.length > 0) console.log(page.complaints.join("\n"));
} finally {
  await page.close();
  await demo.stop();
}
process.exit(); // nothing is left to wait for
