/**
 * Webhooks: create, list, update, pause, delete, and rotate their secrets, which are shown once. A key that creates one
 * must see every brand whose events it receives. A key limited to some brands sees the webhooks whose brands are all
 * among its own.
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
import { violatedConstraint } from "../../db/errors.ts";
import { type RequestContext, type Caller, brandScope, canSeeBrand, wireNameOf } from "../context.ts";
import { keysetParams } from "../brand/brand.ts";
import { toPage, parsePage } from "../pagination.ts";
import { seal } from "../encryption.ts";
import { resume } from "./resume.ts";
import { write } from "../command.ts";

/** The webhooks that a caller may see: $1 is the scope. One whose brands are all deleted shares none with any key. */
export const isVisible = `($1::bigint[] IS NULL OR (NOT w.all_brands
    AND EXISTS (SELECT FROM webhook_brand b WHERE b.webhook_id = w.id)
    AND NOT EXISTS (SELECT FROM webhook_brand b WHERE b.webhook_id = w.id AND b.brand_id <> ALL ($1))))`;

/** The brands of a webhook that is limited to some. */
export const brandIdsColumn =
  "ARRAY(SELECT b.brand_id FROM webhook_brand b WHERE b.webhook_id = w.id ORDER BY b.brand_id) AS brand_ids";

const maxCounted = 1000;

const columns = `w.id, w.name, w.url, w.events, w.all_brands, w.paused, w.disabled_reason AS off_reason,
  w.disabled_at AS off_at, w.created_at, w.updated_at,
  CASE WHEN w.previous_secret_until > now() THEN w.previous_secret_until END AS rotating_until,
  ${brandIdsColumn},
  (SELECT count(*) FROM (SELECT FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting'
    LIMIT ${maxCounted}) AS part) AS waiting`;

interface WebhookRow {
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

const selectPage: Statement = {
  name: "webhook_page",
  text: `SELECT ${columns} FROM webhook w WHERE ${isVisible} AND w.id > $2 ORDER BY w.id OFFSET $3 LIMIT $4`,
};

const selectTotal: Statement = {
  name: "webhook_total",
  text: `SELECT count(*) AS count FROM webhook w WHERE ${isVisible}`,
};

/** A page of the webhooks the caller may see. */
export async function listWebhooks(
  ctx: RequestContext,
  input: Decoded<Api["webhook"]["list"]>,
): Promise<Output<Api["webhook"]["list"]>> {
  const place = parsePage(ctx, "webhook", input);
  const scope = brandScope(ctx.caller);
  const rows = await ctx.db.rows<WebhookRow>(selectPage, [scope, ...keysetParams(place)]);
  const counted = await ctx.db.row<{ count: number }>(selectTotal, [scope]);
  return toPage(ctx, place, rows, counted ?? { count: 0 }, (row) => [row.id], toWireWebhook);
}

const selectById: Statement = {
  name: "webhook_by_id",
  text: `SELECT ${columns} FROM webhook w WHERE ${isVisible} AND w.id = $2`,
};

/** One webhook, without its secret. */
export async function findWebhook(
  ctx: RequestContext,
  { id }: Decoded<Api["webhook"]["find"]>,
): Promise<Output<Api["webhook"]["find"]>> {
  const row = await ctx.db.row<WebhookRow>(selectById, [brandScope(ctx.caller), id]);
  if (!row) throw notFound("webhook");
  return { type: "item", item: toWireWebhook(row) };
}

function toWireWebhook({ all_brands, brand_ids, paused, off_reason, ...row }: WebhookRow) {
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

/** A new webhook; without `brandIds` it receives the events of all brands. */
type NewWebhook = Decoded<Api["webhook"]["create"]>;

/** Creates a webhook and returns its secret, this once. */
export async function createWebhook(
  ctx: RequestContext,
  input: NewWebhook,
): Promise<Output<Api["webhook"]["create"]>> {
  assertAllowedUrl(ctx, input.url);
  assertBrandAccess(ctx.caller, input);
  const secret = generateSecret();
  // Without idempotency: a stored response would contain the secret.
  const created = await write({ ...ctx, idempotencyKey: undefined }, async (tx) => {
    const id = await insertWebhook(tx, ctx, secret, input);
    return { id, outcome: "created" as const, audit: auditDetails(input.brandIds) };
  });
  return { type: "result", message: "Webhook created. Its secret is not shown again.", ...created, secret };
}

/** The audit details of a webhook: the brand, if it is only one. */
export function auditDetails(brandIds: readonly number[] = [], fields: readonly string[] = []) {
  return { brandId: brandIds.length === 1 ? brandIds[0] : undefined, fields };
}

function assertAllowedUrl(ctx: RequestContext, url: string): void {
  const fault = ctx.egress.validateUrl(url);
  if (fault) throw invalid([{ field: wireNameOf(ctx, "url"), message: fault }]);
}

function assertBrandAccess(caller: Caller, { brandIds }: NewWebhook): void {
  if (!brandIds && brandScope(caller) !== null)
    throw new DossierError(
      "permission_missing",
      "This key lacks the permission WEBHOOK_CUD for all brands. Send brand_ids.",
    );
  if (brandIds?.some((brandId) => !canSeeBrand(caller, brandId))) throw notFound("brand");
}

function generateSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

export function encryptionContext(id: number): string {
  return `webhook ${id}`;
}

function sortEventTypes(events: readonly EventType[]): EventType[] {
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

async function insertWebhook(
  tx: Tx,
  ctx: RequestContext,
  secret: string,
  input: NewWebhook,
): Promise<number> {
  const { id } = (await tx.row<{ id: number }>(nextId)) as { id: number };
  const { name = "", url, events, brandIds, paused = false } = input;
  const sealed = seal(ctx.secret, encryptionContext(id), secret);
  await tx.row(insertRow, [id, name, url, sortEventTypes(events), !brandIds, sealed, paused]);
  if (brandIds) await tx.rows(insertBrands, [id, brandIds]).catch(translateBrandViolation);
  return id;
}

function translateBrandViolation(error: unknown): never {
  throw violatedConstraint(error) === "webhook_brand_brand_id_fkey" ? notFound("brand") : error;
}

const selectForUpdate: Statement = {
  name: "webhook_lock",
  text: `SELECT ${columns} FROM webhook w WHERE ${isVisible} AND w.id = $2 FOR NO KEY UPDATE OF w`,
};

/** Locks a webhook that the caller may see, until the transaction ends. */
async function lockWebhook(tx: Tx, ctx: RequestContext, id: number): Promise<WebhookRow> {
  const row = await tx.row<WebhookRow>(selectForUpdate, [brandScope(ctx.caller), id]);
  if (!row) throw notFound("webhook");
  return row;
}

const updateRow: Statement = {
  name: "webhook_update",
  text: `UPDATE webhook SET name = $2, url = $3, events = $4, paused = $5, updated_at = now(),
      disabled_reason = CASE WHEN $6 THEN NULL ELSE disabled_reason END, disabled_at = CASE WHEN $6 THEN NULL ELSE disabled_at END,
      enabled_at = CASE WHEN $6 THEN now() ELSE enabled_at END
    WHERE id = $1`,
};

/** Changes a webhook. Unpausing enables it, whatever disabled it. */
export function updateWebhook(ctx: RequestContext, input: Decoded<Api["webhook"]["update"]>) {
  if (input.url !== undefined) assertAllowedUrl(ctx, input.url);
  return write(ctx, async (tx) => {
    const held = await lockWebhook(tx, ctx, input.id);
    const { name = held.name, url = held.url, paused = held.paused } = input;
    const events = input.events ? sortEventTypes(input.events) : held.events;
    const enabled = input.paused === false && (held.paused || held.off_reason !== null);
    const fields = [
      ...(name === held.name ? [] : ["name"]),
      ...(url === held.url ? [] : ["url"]),
      ...(events.join() === held.events.join() ? [] : ["events"]),
      ...(paused === held.paused && !enabled ? [] : ["paused"]),
    ];
    if (fields.length > 0) await tx.row(updateRow, [held.id, name, url, events, paused, enabled]);
    if (enabled) await resume(tx, held.id);
    return {
      type: "result" as const,
      message: fields.length > 0 ? "Webhook updated." : "Nothing to change.",
      id: held.id,
      outcome: fields.length > 0 ? ("updated" as const) : ("unchanged" as const),
      audit: auditDetails(held.brand_ids, fields),
    };
  });
}

const rotateRow: Statement = {
  name: "webhook_rotate",
  text: `UPDATE webhook SET previous_secret = secret, previous_secret_until = now() + interval '24 hours', secret = $2,
      updated_at = now() WHERE id = $1 RETURNING previous_secret_until`,
};

/** Gives a webhook a new secret and returns it, this once; for a day both sign. */
export async function rotateSecret(
  ctx: RequestContext,
  { id }: Decoded<Api["webhook"]["rotateSecret"]>,
): Promise<Output<Api["webhook"]["rotateSecret"]>> {
  const secret = generateSecret();
  const rotated = await write({ ...ctx, idempotencyKey: undefined }, async (tx) => {
    const held = await lockWebhook(tx, ctx, id);
    const sealed = seal(ctx.secret, encryptionContext(id), secret);
    const row = (await tx.row<{ previous_secret_until: Date }>(rotateRow, [id, sealed])) as {
      previous_secret_until: Date;
    };
    const rotating_until = row.previous_secret_until.toISOString();
    return {
      id,
      outcome: "updated" as const,
      rotating_until,
      audit: auditDetails(held.brand_ids, ["secret"]),
    };
  });
  return { type: "result", message: "Secret rotated. The new one is not shown again.", ...rotated, secret };
}

const deleteRow: Statement = {
  name: "webhook_delete",
  text: `DELETE FROM webhook w WHERE ${isVisible} AND w.id = $2 RETURNING ${brandIdsColumn}`,
};

/** Deletes a webhook. What waits for it is not sent. */
export function deleteWebhook(ctx: RequestContext, { id }: Decoded<Api["webhook"]["delete"]>) {
  return write(ctx, async (tx) => {
    const deleted = await tx.row<Pick<WebhookRow, "brand_ids">>(deleteRow, [brandScope(ctx.caller), id]);
    if (!deleted) throw notFound("webhook");
    const audit = auditDetails(deleted.brand_ids);
    return { type: "result" as const, message: "Webhook deleted.", id, outcome: "deleted" as const, audit };
  });
}
