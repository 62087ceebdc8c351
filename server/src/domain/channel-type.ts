/**
 * Channel types: what the numbers and names of channels mean in this installation. A customer's channels refer to
 * a type's `id`, which never changes, so that a new name or number shows everywhere at once. No two types have one
 * number, and no two one name in any case: the database enforces both.
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
import { violated } from "../db/errors.ts";
import type { Ask } from "./context.ts";
import { seek } from "./brand/brand.ts";
import { pageOf, placeOf } from "./pagination.ts";
import { write } from "./command.ts";

const typesForDecoding: Statement = {
  name: "channel_type_all",
  text: "SELECT id, channel_id, name, rule FROM channel_type ORDER BY id",
};

/** Every type, as the decoder needs them. */
export function readTypes(db: Db): Promise<ChannelType[]> {
  return db.rows<ChannelType>(typesForDecoding);
}

interface TypeRow {
  id: number;
  channel_id: number;
  name: string;
  icon: string;
}

const typePage: Statement = {
  name: "channel_type_page",
  text: "SELECT id, channel_id, name, icon FROM channel_type WHERE id > $1 ORDER BY id OFFSET $2 LIMIT $3",
};

const typeTotal: Statement = {
  name: "channel_type_total",
  text: "SELECT count(*) AS count FROM channel_type",
};

/** A page of the types; they are the same for every key. */
export async function listTypes(
  ask: Ask,
  input: Decoded<Api["channel"]["list"]>,
): Promise<Output<Api["channel"]["list"]>> {
  const place = placeOf(ask, "channel", input);
  const rows = await ask.db.rows<TypeRow>(typePage, seek(place));
  const total = await ask.db.row<{ count: number }>(typeTotal);
  return pageOf(
    ask,
    place,
    rows,
    total ?? { count: 0 },
    (type) => [type.id],
    (type) => type,
  );
}

// Whoever looks for the next free number must be the only one, or two would find the same.
const lockTypes: Statement = {
  name: "channel_type_lock_all",
  text: "LOCK TABLE channel_type IN SHARE ROW EXCLUSIVE MODE",
};

const insertType: Statement = {
  name: "channel_type_insert",
  text: `INSERT INTO channel_type (channel_id, name, name_key, icon)
    SELECT n, $1, $2, $3 FROM generate_series(100, 100 + (SELECT count(*) FROM channel_type)) AS n
      WHERE NOT EXISTS (SELECT FROM channel_type WHERE channel_id = n) ORDER BY n LIMIT 1
    RETURNING id, channel_id`,
};

/** Defines a type with the first free number from 100 on. */
export async function createType(
  ask: Ask,
  input: Decoded<Api["channel"]["create"]>,
): Promise<Output<Api["channel"]["create"]>> {
  const { name, key } = readName(input.name);
  const answer = await write(ask, async (tx) => {
    await tx.rows(lockTypes);
    const [row] = await tx.rows<TypeRow>(insertType, [name, key, input.icon ?? ""]).catch(refuseTaken);
    if (!row) throw notFound("channel type");
    return { type: "result" as const, message: "Channel type created.", ...row, outcome: "created" as const };
  });
  ask.forgetTypes?.();
  return answer;
}

/** A name that a caller can mean just this type by: neither a number nor what the API calls another, built-in type. */
function readName(sent: string, own?: number): { name: string; key: string } {
  const name = sent.normalize("NFC");
  const key = name.toLowerCase();
  if (/^[0-9]+$/.test(name)) throw invalid([{ field: "name", message: "must not be a number" }]);
  const meant = findType(builtinTypes, name);
  if (meant && !(meant.id === own && meant.name === key))
    throw invalid([{ field: "name", message: "is another name of a built-in type" }]);
  return { name, key };
}

function refuseTaken(error: unknown): never {
  const promise = violated(error);
  if (promise === "channel_type_name_unique")
    throw invalid([{ field: "name", message: "is the name of another channel type" }]);
  if (promise === "channel_type_number_unique")
    throw invalid([{ field: "channel_id", message: "is the number of another channel type" }]);
  throw error;
}

const typeToChange: Statement = {
  name: "channel_type_lock",
  text: "SELECT id, channel_id, name, icon FROM channel_type WHERE id = $1 FOR NO KEY UPDATE",
};

const updateColumns: Statement = {
  name: "channel_type_update",
  text: "UPDATE channel_type SET channel_id = $2, name = $3, name_key = $4, icon = $5 WHERE id = $1",
};

/** Renames or renumbers a type, or gives it another icon. */
export async function updateType(
  ask: Ask,
  input: Decoded<Api["channel"]["update"]>,
): Promise<Output<Api["channel"]["update"]>> {
  const name = input.name === undefined ? undefined : readName(input.name, input.id).name;
  const answer = await write(ask, async (tx) => {
    const before = await lockType(tx, input.id);
    const { icon = before.icon, channelId = before.channel_id } = input;
    const type = { ...before, name: name ?? before.name, icon, channel_id: channelId };
    const fields = (["channel_id", "name", "icon"] as const).filter((one) => type[one] !== before[one]);
    const result = { type: "result" as const, id: type.id, channel_id: type.channel_id, trail: { fields } };
    if (fields.length === 0)
      return { ...result, message: "Nothing to change.", outcome: "unchanged" as const };
    await saveType(tx, type);
    return { ...result, message: "Channel type updated.", outcome: "updated" as const };
  });
  ask.forgetTypes?.();
  return answer;
}

async function lockType(tx: Tx, id: number): Promise<TypeRow> {
  const row = await tx.row<TypeRow>(typeToChange, [id]);
  if (!row) throw notFound("channel type");
  return row;
}

async function saveType(tx: Tx, { id, channel_id, name, icon }: TypeRow): Promise<void> {
  await tx.rows(updateColumns, [id, channel_id, name, name.toLowerCase(), icon]).catch(refuseTaken);
}
