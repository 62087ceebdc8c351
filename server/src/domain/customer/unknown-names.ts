/**
 * Unknown names of the documented operations: they are left out, and the answer lists them. A name without `custom_` is
 * known if the brand has such a custom field; a strict brand or key refuses what is unknown. Only a call with such names
 * needs statements for this, and concurrent ones share them; nothing of the names is stored.
 */
import { type Api, type Decoded, type Endpoint, invalid, shownNames, unknownNameMessage } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import type { BatchSpec } from "../batcher.ts";
import { brandScope, canSeeBrand, type RequestContext } from "../context.ts";
import { type CustomerRef, findManyByRef, knownBrandId } from "./identify.ts";

/** Of the input of a documented operation, what is needed here. */
type Input = CustomerRef & Pick<Decoded<Api["customer"]["resolve"]>, "custom"> & { id?: number | undefined };

const brandNames: Statement = {
  name: "brand_names",
  text: `SELECT b.id, b.strict, ARRAY(SELECT f.name_key FROM custom_field f
      WHERE f.brand_id = b.id AND f.name_key = ANY ($2::text[])) AS fields
    FROM brand b WHERE b.id = ANY ($1::bigint[])`,
};

const brandsOfChannels: Statement = {
  name: "brand_of_channels",
  text: "SELECT id, brand_id FROM customer_channel WHERE id = ANY ($1::bigint[])",
};

interface BrandNames {
  id: number;
  strict: boolean;
  /** the keys of its custom fields, of those that were asked for */
  fields: string[];
}

/** What a call needs to know of its brand. */
interface Question {
  ctx: RequestContext;
  input: Input;
  /** of the names that may be custom fields of the brand */
  keys: readonly string[];
}

/** Clients that send such names send them with every call: concurrent calls share the statements. */
const namesBatch: BatchSpec<Question, BrandNames | undefined> = {
  name: "customer.unknown_names",
  maxSize: 32,
  concurrency: 2,
  async run(db, all) {
    const brandIds = await findBrandIds(db, all);
    const known = [...new Set(brandIds.filter((id) => id !== undefined))];
    if (known.length === 0) return all.map(() => undefined);
    const keys = [...new Set(all.flatMap((one) => one.keys))];
    const rows = await db.rows<BrandNames>(brandNames, [known, keys]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return brandIds.map((id) => (id === undefined ? undefined : byId.get(id)));
  },
};

/**
 * The names that a call left out, for its answer.
 *
 * @param ignored the names that no brand knows
 * @throws DossierError `unknown_field` if the brand or the key is strict
 */
export async function findIgnoredNames(
  ctx: RequestContext,
  row: Endpoint,
  input: Input,
  ignored: readonly string[],
): Promise<string[]> {
  const bare = (input.custom ?? []).filter((one) => one.bare);
  if (ignored.length === 0 && bare.length === 0) return [];
  const question = { ctx, input, keys: bare.map(({ key }) => key) };
  const brand = await ctx.batcher.run(ctx.db, namesBatch, brandScope(ctx.caller)?.join() ?? "all", question);
  const unknown = brand ? bare.filter(({ key }) => !brand.fields.includes(key)) : [];
  const names = shownNames([
    ...ignored,
    ...unknown.flatMap(({ field, otherNames = [] }) => [field, ...otherNames]),
  ]);
  if (names.length > 0 && (ctx.caller.strict || brand?.strict))
    throw invalid(
      names.map((name) => ({ field: name, message: unknownNameMessage(row, { name }) })),
      "unknown_field",
    );
  return names;
}

/** The brands of the calls, as far as their callers may see them; a customer that does not exist has none. */
async function findBrandIds(db: Db, all: readonly Question[]): Promise<(number | undefined)[]> {
  const known = all.map(({ ctx, input }) =>
    input.brandId === undefined ? undefined : knownBrandId(ctx, input),
  );
  const open = all.map((question, at) => ({ ...question, at })).filter(({ at }) => known[at] === undefined);
  const channels = open.filter(({ ctx, input }) => ctx.entity === "channel" && input.id !== undefined);
  const customers = open.filter(({ ctx, input: { id, customerId, primaryId } }) => {
    if (ctx.entity === "channel") return false;
    return (customerId ?? id) !== undefined || primaryId !== undefined;
  });
  const [rows, results] = await Promise.all([
    channels.length === 0
      ? []
      : db.rows<{ id: number; brand_id: number }>(brandsOfChannels, [channels.map(({ input }) => input.id)]),
    customers.length === 0
      ? []
      : findManyByRef(
          db,
          customers.map(({ ctx, input: { id, customerId = id, primaryId } }) => ({
            ctx,
            ref: { customerId, primaryId },
          })),
        ),
  ]);
  const byChannel = new Map(rows.map(({ id, brand_id }) => [id, brand_id]));
  for (const { ctx, input, at } of channels) {
    const brandId = byChannel.get(input.id as number);
    if (brandId !== undefined && canSeeBrand(ctx.caller, brandId)) known[at] = brandId;
  }
  for (const [n, { at }] of customers.entries()) {
    const result = results[n];
    if (result && "customer" in result) known[at] = result.customer.brand_id;
  }
  return known;
}
