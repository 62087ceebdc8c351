/**
 * Webhooks: made, listed, changed, paused, deleted; their secrets given out once and rotated. Whoever makes one must
 * see every brand it hears of. A key limited to some brands sees the webhooks whose brands are all among its own.
 */
import { randomBytes } from "node:crypto";
import {
  type Api,
  type Decoded,
  DossierError,
  type EventType,
  eventTypes,
  invalid,
  notFound,
  type Output,
} from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { violated } from "../../db/errors.ts";
import { type Ask, type Caller, scopeOf, sees, spelledBy } from "../context.ts";
import { seek } from "../brand/brand.ts";
import { pageOf, placeOf } from "../pagination.ts";
import { seal } from "../encryption.ts";
import { resume } from "./resume.ts";
import { write } from "../command.ts";

/** Which webhooks a caller may see: $1 is the scope. One whose brands are all gone has none in common with anybody. */
export const visible = `($1::bigint[] IS NULL OR (NOT w.all_brands
    AND EXISTS (SELECT FROM webhook_brand b WHERE b.webhook_id = w.id)
    AND NOT EXISTS (SELECT FROM webhook_brand b WHERE b.webhook_id = w.id AND b.brand_id <> ALL ($1))))`;

/** The brands of a webhook for some. */
export const brandIds =
  "ARRAY(SELECT b.brand_id FROM webhook_brand b WHERE b.webhook_id = w.id ORDER BY b.brand_id) AS brand_ids";

const mostCounted = 1000;

const columns = `w.id, w.name, w.url, w.events, w.all_brands, w.paused, w.off_reason, w.off_at, w.created_at, w.updated_at,
  CASE WHEN w.former_until > now() THEN w.former_until END AS rotating_until,
  ${brandIds},
  (SELECT count(*) FROM (SELECT FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting'
    LIMIT ${mostCounted}) AS part) AS waiting`;

interface Row {
  id: number;
  name: string;
  url: string;
  events: EventType[];
  all_brands: boolean;
  brand_ids: number[];
  paused: boolean;
  off_reason: "gone" | "failing" | null;
  off_at: Date | null;
  waiting: number;
  rotating_until: Date | null;
  created_at: Date;
  updated_at: Date;
}

const page: Statement = {
  name: "webhook_page",
  text: `SELECT ${columns} FROM webhook w WHERE ${visible} AND w.id > $2 ORDER BY w.id OFFSET $3 LIMIT $4`,
};

const total: Statement = {
  name: "webhook_total",
  text: `SELECT count(*) AS count FROM webhook w WHERE ${visible}`,
};

/** A page of the webhooks the caller may see. */
export async function listWebhooks(
  ask: Ask,
  input: Decoded<Api["webhook"]["list"]>,
): Promise<Output<Api["webhook"]["list"]>> {
  const place = placeOf(ask, "webhook", input);
  const scope = scopeOf(ask.caller);
  const rows = await ask.db.rows<Row>(page, [scope, ...seek(place)]);
  const counted = await ask.db.row<{ count: number }>(total, [scope]);
  return pageOf(ask, place, rows, counted ?? { count: 0 }, (row) => [row.id], show);
}

const byId: Statement = {
  name: "webhook_by_id",
  text: `SELECT ${columns} FROM webhook w WHERE ${visible} AND w.id = $2`,
};

/** One webhook, without its secret. */
export async function findWebhook(
  ask: Ask,
  { id }: Decoded<Api["webhook"]["find"]>,
): Promise<Output<Api["webhook"]["find"]>> {
  const row = await ask.db.row<Row>(byId, [scopeOf(ask.caller), id]);
  if (!row) throw notFound("webhook");
  return { type: "item", item: show(row) };
}

function show({ all_brands, brand_ids, paused, off_reason, ...row }: Row) {
  const state = off_reason !== null ? ("off" as const) : paused ? ("paused" as const) : ("active" as const);
  return {
    ...row,
    brand_ids: all_brands ? null : brand_ids,
    state,
    off_reason,
    off_at: row.off_at?.toISOString() ?? null,
    rotating_until: row.rotating_until?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** What a webhook is made of; without `brandIds` it hears of all brands. */
type NewWebhook = Decoded<Api["webhook"]["create"]>;

/** Creates a webhook and answers its secret, this once. */
export async function createWebhook(ask: Ask, input: NewWebhook): Promise<Output<Api["webhook"]["create"]>> {
  checkUrl(ask, input.url);
  checkReach(ask.caller, input);
  const secret = makeSecret();
  // Without the retry: an answer that is kept for one would keep the secret.
  const made = await write({ ...ask, retry: undefined }, async (tx) => {
    const id = await insertWebhook(tx, ask, secret, input);
    return { id, outcome: "created" as const, trail: trailOf(input.brandIds) };
  });
  return { type: "result", message: "Webhook created. Its secret is not shown again.", ...made, secret };
}

/** What the trail is told of a webhook: the brand, where there is one alone. */
export function trailOf(brandIds: readonly number[] = [], fields: readonly string[] = []) {
  return { brandId: brandIds.length === 1 ? brandIds[0] : undefined, fields };
}

function checkUrl(ask: Ask, url: string): void {
  const fault = ask.outside.fault(url);
  if (fault) throw invalid([{ field: spelledBy(ask, "url"), message: fault }]);
}

function checkReach(caller: Caller, { brandIds }: NewWebhook): void {
  if (!brandIds && scopeOf(caller) !== null)
    throw new DossierError(
      "permission_missing",
      "This key lacks the permission SETTINGS_CRUD for all brands. Send brand_ids.",
    );
  if (brandIds?.some((brandId) => !sees(caller, brandId))) throw notFound("brand");
}

function makeSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** What a webhook's secret is sealed for. */
export function purposeOf(id: number): string {
  return `webhook ${id}`;
}

function ordered(events: readonly EventType[]): EventType[] {
  return eventTypes.filter((type) => events.includes(type));
}

const nextId: Statement = {
  name: "webhook_next_id",
  text: "SELECT nextval('webhook_id_seq') AS id",
};

const insertRow: Statement = {
  name: "webhook_insert",
  text: `INSERT INTO webhook (id, name, url, events, all_brands, secret, paused) OVERRIDING SYSTEM VALUE
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};

const insertBrands: Statement = {
  name: "webhook_insert_brands",
  text: "INSERT INTO webhook_brand (webhook_id, brand_id) SELECT DISTINCT $1::bigint, unnest($2::bigint[])",
};

async function insertWebhook(tx: Tx, ask: Ask, secret: string, input: NewWebhook): Promise<number> {
  const { id } = (await tx.row<{ id: number }>(nextId)) as { id: number };
  const { name = "", url, events, brandIds, paused = false } = input;
  const sealed = seal(ask.secret, purposeOf(id), secret);
  await tx.row(insertRow, [id, name, url, ordered(events), !brandIds, sealed, paused]);
  if (brandIds) await tx.rows(insertBrands, [id, brandIds]).catch(refuseBrand);
  return id;
}

function refuseBrand(error: unknown): never {
  throw violated(error) === "webhook_brand_brand_id_fkey" ? notFound("brand") : error;
}

const lockRow: Statement = {
  name: "webhook_lock",
  text: `SELECT ${columns} FROM webhook w WHERE ${visible} AND w.id = $2 FOR NO KEY UPDATE OF w`,
};

/** A webhook the caller may see, until the transaction ends for this transaction alone to change. */
async function lockWebhook(tx: Tx, ask: Ask, id: number): Promise<Row> {
  const row = await tx.row<Row>(lockRow, [scopeOf(ask.caller), id]);
  if (!row) throw notFound("webhook");
  return row;
}

const updateRow: Statement = {
  name: "webhook_update",
  text: `UPDATE webhook SET name = $2, url = $3, events = $4, paused = $5, updated_at = now(),
      off_reason = CASE WHEN $6 THEN NULL ELSE off_reason END, off_at = CASE WHEN $6 THEN NULL ELSE off_at END,
      on_since = CASE WHEN $6 THEN now() ELSE on_since END
    WHERE id = $1`,
};

/** Changes a webhook. Not to be paused means to be on, whoever switched it off. */
export function updateWebhook(ask: Ask, input: Decoded<Api["webhook"]["update"]>) {
  if (input.url !== undefined) checkUrl(ask, input.url);
  return write(ask, async (tx) => {
    const held = await lockWebhook(tx, ask, input.id);
    const { name = held.name, url = held.url, paused = held.paused } = input;
    const events = input.events ? ordered(input.events) : held.events;
    const switchedOn = input.paused === false && (held.paused || held.off_reason !== null);
    const fields = [
      ...(name === held.name ? [] : ["name"]),
      ...(url === held.url ? [] : ["url"]),
      ...(events.join() === held.events.join() ? [] : ["events"]),
      ...(paused === held.paused && !switchedOn ? [] : ["paused"]),
    ];
    if (fields.length > 0) await tx.row(updateRow, [held.id, name, url, events, paused, switchedOn]);
    if (switchedOn) await resume(tx, held.id);
    return {
      type: "result" as const,
      message: fields.length > 0 ? "Webhook updated." : "Nothing to change.",
      id: held.id,
      outcome: fields.length > 0 ? ("updated" as const) : ("unchanged" as const),
      trail: trailOf(held.brand_ids, fields),
    };
  });
}

const rotateRow: Statement = {
  name: "webhook_rotate",
  text: `UPDATE webhook SET former_secret = secret, former_until = now() + interval '24 hours', secret = $2,
      updated_at = now() WHERE id = $1 RETURNING former_until`,
};

/** Gives a webhook a new secret and answers it, this once; for a day both sign. */
export async function rotateSecret(
  ask: Ask,
  { id }: Decoded<Api["webhook"]["rotateSecret"]>,
): Promise<Output<Api["webhook"]["rotateSecret"]>> {
  const secret = makeSecret();
  const done = await write({ ...ask, retry: undefined }, async (tx) => {
    const held = await lockWebhook(tx, ask, id);
    const sealed = seal(ask.secret, purposeOf(id), secret);
    const row = (await tx.row<{ former_until: Date }>(rotateRow, [id, sealed])) as { former_until: Date };
    const rotating_until = row.former_until.toISOString();
    return { id, outcome: "updated" as const, rotating_until, trail: trailOf(held.brand_ids, ["secret"]) };
  });
  return { type: "result", message: "Secret rotated. The new one is not shown again.", ...done, secret };
}

const deleteRow: Statement = {
  name: "webhook_delete",
  text: `DELETE FROM webhook w WHERE ${visible} AND w.id = $2 RETURNING ${brandIds}`,
};

/** Deletes a webhook. What waits for it finds nobody. */
export function deleteWebhook(ask: Ask, { id }: Decoded<Api["webhook"]["delete"]>) {
  return write(ask, async (tx) => {
    const gone = await tx.row<Pick<Row, "brand_ids">>(deleteRow, [scopeOf(ask.caller), id]);
    if (!gone) throw notFound("webhook");
    const trail = trailOf(gone.brand_ids);
    return { type: "result" as const, message: "Webhook deleted.", id, outcome: "deleted" as const, trail };
  });
}
