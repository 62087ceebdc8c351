/**
 * Unknown names of the documented operations: they are left out, and the answer lists them. A name without `custom_` is
 * known if the brand has such a custom field; a strict brand or key refuses what is unknown. Only a call with such names
 * costs this a statement, and nothing of them is stored.
 */
import { type Api, type Decoded, type Endpoint, invalid, shownNames, unknownNameMessage } from "@dossier/api";
import type { Statement } from "../../db/database.ts";
import { canSeeBrand, type RequestContext } from "../context.ts";
import { type CustomerRef, findManyByRef, knownBrandId } from "./identify.ts";

/** Of the input of a documented operation, what is needed here. */
type Input = CustomerRef & Pick<Decoded<Api["customer"]["resolve"]>, "custom"> & { id?: number | undefined };

const brandNames: Statement = {
  name: "brand_names",
  text: `SELECT b.strict, ARRAY(SELECT f.name_key FROM custom_field f
      WHERE f.brand_id = b.id AND f.name_key = ANY ($2::text[])) AS fields
    FROM brand b WHERE b.id = $1`,
};

const brandOfChannel: Statement = {
  name: "brand_of_channel",
  text: "SELECT brand_id FROM customer_channel WHERE id = $1",
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
  const brandId = await findBrandId(ctx, input);
  const keys = bare.map(({ key }) => key);
  const brand =
    brandId === undefined
      ? undefined
      : await ctx.db.row<{ strict: boolean; fields: string[] }>(brandNames, [brandId, keys]);
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

/** The brand of the call, as far as the caller may see it; a customer that does not exist has none. */
async function findBrandId(ctx: RequestContext, { id, ...ref }: Input): Promise<number | undefined> {
  const known = ref.brandId === undefined ? undefined : knownBrandId(ctx, ref);
  if (known !== undefined) return known;
  if (ctx.entity === "channel") {
    const found = await ctx.db.row<{ brand_id: number }>(brandOfChannel, [id]);
    return found && canSeeBrand(ctx.caller, found.brand_id) ? found.brand_id : undefined;
  }
  const customerId = ref.customerId ?? id;
  if (customerId === undefined && ref.primaryId === undefined) return undefined;
  const [result] = await findManyByRef(ctx.db, [{ ctx, ref: { customerId, primaryId: ref.primaryId } }]);
  return result && "customer" in result ? result.customer.brand_id : undefined;
}
