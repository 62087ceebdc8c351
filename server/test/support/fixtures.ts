// Where tests that hold for every endpoint play: a Dossier whose answers can be looked into, and things in a brand of it.
import type { Fault } from "@dossier/api";
import type { Config } from "../../src/config.ts";
import type { Log } from "../../src/log.ts";
import { startCrm, type TestCrm } from "./servers/crm-server.ts";
import { type Answer as AnyAnswer, type Ask, startWorld, type World as AnyWorld } from "./test-server.ts";

/** What answers hold; not every one holds all of it, and a test looks for what its answer must hold. */
export interface Body extends Record<string, unknown> {
  code: string | undefined;
  message: string;
  errors: Fault[] | undefined;
  request_id: string;
  id: number;
  customer_id: number | undefined;
  outcome: string;
  key: string;
  item: Item | undefined;
  items: Item[] | undefined;
  itemStart: number;
  itemTotal: number;
  nextCursor: string | null;
}
type Item = { id: number; brand_id: number } & Record<string, unknown>;
export type Answer = Omit<AnyAnswer, "body"> & { body: Body };
export type World = Omit<AnyWorld, "raw"> & {
  raw(method: string, path: string, ask?: Ask): Promise<Answer>;
};

let crm: TestCrm | undefined;

/** Where nobody listens. */
const quiet = "127.0.0.1:9";
export const nowhere = `http://${quiet}/hook`;

/** A Dossier whose raw answers can be looked into, and which may ask a CRM that knows everybody. */
export async function openWorld(
  { outsideAllow = [], ...more }: Partial<Config> = {},
  log?: Log,
): Promise<World> {
  crm ??= await startCrm(() => [{ firstname: "Ada" }]);
  return startWorld({ ...more, outsideAllow: [...outsideAllow, crm.place, quiet] }, log);
}

/** The brands that ask the CRM; what opens tickets has them stop, since it would be asked when nobody waits for it. */
const asking = new Set<string>();
const nameOf = ({ world, brandId }: Scene) => `${world.url} ${brandId}`;

export async function withCrm(scene: Scene): Promise<void> {
  asking.add(nameOf(scene));
  await scene.world.admin.brand.update({ id: scene.brandId, crmLookupUrl: crm!.url });
}

export async function withoutCrm(scene: Scene): Promise<void> {
  if (asking.delete(nameOf(scene)))
    await scene.world.admin.brand.update({ id: scene.brandId, crmLookupUrl: "" });
}

export interface Scene {
  world: World;
  brandId: number;
}
let count = 0;
/** A word that nothing else in the run is called. */
export function fresh(word = "K"): string {
  count += 1;
  return `${word}-${count}-${process.pid}`;
}

export async function makeCustomer({ world, brandId }: Scene) {
  const primaryId = fresh();
  const email = `${fresh("mail")}@example.org`;
  const made = await world.admin.customer.create({
    brandId,
    primaryId,
    firstname: "Ada",
    channels: [{ type: 1, address: email }],
  });
  const { item } = await world.admin.customer.find({ id: made.id });
  return { id: made.id, primaryId, email, channelId: item.channels[0]!.id };
}

export async function makeField({ world, brandId }: Scene): Promise<number> {
  return (await world.admin.customfield.create({ brandId, name: fresh("f").replaceAll("-", "_") })).id;
}

/** A ticket that waits: nobody has its contact's address. */
export async function makeTicket(scene: Scene, from = `${fresh("from")}@example.org`): Promise<number> {
  await withoutCrm(scene);
  const { world, brandId } = scene;
  return (await world.admin.ticket.create({ brandId, channel: "email", from, title: "Where is it" })).id;
}

export const brandOf = ({ brandId }: Scene) => String(brandId);

/** A job that failed. What there is to do in the background grows, so tests put one down that nobody does. */
export async function makeFailedJob({ world, brandId }: Scene): Promise<number> {
  const { rows } = await world.service.db.pool.query<{ id: number }>(
    "INSERT INTO job (kind, lane, brand_id, state, failed_at) VALUES ('test', $1, $2, 'failed', now()) RETURNING id",
    [fresh("lane"), brandId],
  );
  return rows[0]!.id;
}

/** Paused, so that nothing is sent behind anybody's back. */
export async function makeWebhook({ world, brandId }: Scene): Promise<number> {
  const made = { url: nowhere, events: ["customer.synced" as const], brandIds: [brandId], paused: true };
  return (await world.admin.webhook.create(made)).id;
}

/** What tests need of a delivery is that it is there. */
export async function makeDelivery(scene: Scene): Promise<number> {
  const webhookId = await makeWebhook(scene);
  const { rows } = await scene.world.service.db.pool.query<{ id: number }>(
    `INSERT INTO webhook_delivery (webhook_id, brand_id, customer_id, event, payload, created_at)
      VALUES ($1, $2, 1, 'customer.synced', '{}', now()) RETURNING id`,
    [webhookId, scene.brandId],
  );
  return rows[0]!.id;
}
