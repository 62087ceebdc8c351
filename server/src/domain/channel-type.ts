/**
 * Channel types: the numbers and names of channels in this installation. A customer's channels refer to a type's `id`,
 * which never changes, so a new name or number applies everywhere at once. Numbers are unique, and names are unique
 * ignoring case: the database enforces both.
 */
import {
  type Api,
  builtinTypes,
  type ChannelType,
  type Decoded,
  findType,
  invalid,
  notFound,
  type Output,
} from "@dossier/api";
import type { Db, Statement, Tx } from "../db/database.ts";
import { violatedConstraint } from "../db/errors.ts";
import type { RequestContext } from "./context.ts";
import { keysetParams } from "./brand/brand.ts";
import { toPage, parsePage } from "./pagination.ts";
import { write } from "./command.ts";

const allTypes: Statement = {
  name: "channel_type_all",
  text: "SELECT id, number AS channel_id, name, rule FROM channel_type ORDER BY id",
};

/** Every type, as the decoder needs them. */
export function readChannelTypes(db: Db): Promise<ChannelType[]> {
  return db.rows<ChannelType>(allTypes);
}

interface ChannelTypeRow {
  id: number;
  channel_id: number;
  name: string;
  icon: string;
  rule: ChannelType["rule"];
}

const typePage: Statement = {
  name: "channel_type_page",
  text: "SELECT id, number AS channel_id, name, icon, rule FROM channel_type WHERE id > $1 ORDER BY id OFFSET $2 LIMIT $3",
};

const typeTotal: Statement = {
  name: "channel_type_total",
  text: "SELECT count(*) AS count FROM channel_type",
};

/** A page of the types; they are the same for every key. */
export async function listChannelTypes(
  ctx: RequestContext,
  input: Decoded<Api["channel"]["list"]>,
): Promise<Output<Api["channel"]["list"]>> {
  const place = parsePage(ctx, "channel", input);
  const rows = await ctx.db.rows<ChannelTypeRow>(typePage, keysetParams(place));
  const total = await ctx.db.row<{ count: number }>(typeTotal);
  return toPage(
    ctx,
    place,
    rows,
    total ?? { count: 0 },
    (type) => [type.id],
    (type) => type,
  );
}

// The search for the next free number runs alone, or two calls would find the same one.
const lockTypes: Statement = {
  name: "channel_type_lock_all",
  text: "LOCK TABLE channel_type IN SHARE ROW EXCLUSIVE MODE",
};

const insertType: Statement = {
  name: "channel_type_insert",
  text: `INSERT INTO channel_type (number, name, name_key, icon)
    SELECT n, $1, $2, $3 FROM generate_series(100, 100 + (SELECT count(*) FROM channel_type)) AS n
      WHERE NOT EXISTS (SELECT FROM channel_type WHERE number = n) ORDER BY n LIMIT 1
    RETURNING id, number AS channel_id`,
};

/** Creates a type with the first free number from 100 on. */
export async function createChannelType(
  ctx: RequestContext,
  input: Decoded<Api["channel"]["create"]>,
): Promise<Output<Api["channel"]["create"]>> {
  const { name, key } = parseName(input.name);
  const answer = await write(ctx, async (tx) => {
    await tx.rows(lockTypes);
    const [row] = await tx
      .rows<ChannelTypeRow>(insertType, [name, key, input.icon ?? ""])
      .catch(translateUniqueViolation);
    if (!row) throw notFound("channel type");
    return { type: "result" as const, message: "Channel type created.", ...row, outcome: "created" as const };
  });
  ctx.invalidateChannelTypes?.();
  return answer;
}

/** A name that identifies this type alone: neither a number nor the API's name of another, built-in type. */
function parseName(sent: string, own?: number): { name: string; key: string } {
  const name = sent.normalize("NFC");
  const key = name.toLowerCase();
  if (/^[0-9]+$/.test(name)) throw invalid([{ field: "name", message: "must not be a number" }]);
  const meant = findType(builtinTypes, name);
  if (meant && !(meant.id === own && meant.name === key))
    throw invalid([{ field: "name", message: "is another name of a built-in type" }]);
  return { name, key };
}

function translateUniqueViolation(error: unknown): never {
  const promise = violatedConstraint(error);
  if (promise === "channel_type_name_unique")
    throw invalid([{ field: "name", message: "is the name of another channel type" }]);
  if (promise === "channel_type_number_unique")
    throw invalid([{ field: "channel_id", message: "is the number of another channel type" }]);
  throw error;
}

const selectTypeForUpdate: Statement = {
  name: "channel_type_lock",
  text: "SELECT id, number AS channel_id, name, icon, rule FROM channel_type WHERE id = $1 FOR NO KEY UPDATE",
};

const updateColumns: Statement = {
  name: "channel_type_update",
  text: "UPDATE channel_type SET number = $2, name = $3, name_key = $4, icon = $5 WHERE id = $1",
};

/** Changes the name, number or icon of a type. */
export async function updateChannelType(
  ctx: RequestContext,
  input: Decoded<Api["channel"]["update"]>,
): Promise<Output<Api["channel"]["update"]>> {
  const name = input.name === undefined ? undefined : parseName(input.name, input.id).name;
  const answer = await write(ctx, async (tx) => {
    const before = await lockChannelType(tx, input.id);
    const { icon = before.icon, channelId = before.channel_id } = input;
    const type = { ...before, name: name ?? before.name, icon, channel_id: channelId };
    const fields = (["channel_id", "name", "icon"] as const).filter((one) => type[one] !== before[one]);
    const result = { type: "result" as const, id: type.id, channel_id: type.channel_id, audit: { fields } };
    if (fields.length === 0)
      return { ...result, message: "Nothing to change.", outcome: "unchanged" as const };
    await updateChannelTypeRow(tx, type);
    return { ...result, message: "Channel type updated.", outcome: "updated" as const };
  });
  ctx.invalidateChannelTypes?.();
  return answer;
}

async function lockChannelType(tx: Tx, id: number): Promise<ChannelTypeRow> {
  const row = await tx.row<ChannelTypeRow>(selectTypeForUpdate, [id]);
  if (!row) throw notFound("channel type");
  return row;
}

async function updateChannelTypeRow(tx: Tx, { id, channel_id, name, icon }: ChannelTypeRow): Promise<void> {
  await tx
    .rows(updateColumns, [id, channel_id, name, name.toLowerCase(), icon])
    .catch(translateUniqueViolation);
}
