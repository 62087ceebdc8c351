/**
 * Operation 3: resolve or create. The rules look for the customer that is meant, by primary id, search value and addresses;
 * its row is locked and the same is looked up again. Without a match a customer is inserted. When the second look or a
 * constraint says that another call came between, the call is planned again and finds that one's customer: so any number
 * of simultaneous identical calls make exactly one customer, and all succeed.
 */
import {
  type Api,
  type Decoded,
  DossierError,
  inferType,
  invalid,
  channelAddress,
  notFound,
  type DecodedChannel,
} from "@dossier/api";
import type { Tx } from "../../db/database.ts";
import { type Call, defineCommand, run } from "../command.ts";
import { canSeeBrand, type RequestContext, wireNameOf } from "../context.ts";
import { findBrandOrNone } from "../brand/brand.ts";
import type { Brand } from "../brand/row.ts";
import { textFieldsOf } from "../customer-fields.ts";
import { findTicketsOfBrand } from "../linking.ts";
import { applyPlans } from "./apply.ts";
import type { ChangeResult, CustomerPlan } from "./change.ts";
import { withoutSkipped } from "./channels.ts";
import { planCustomValues } from "./custom-values.ts";
import { assertNoPlaceholder } from "./identify.ts";
import { findMatch, type MatchFacts, readMatches } from "./match.ts";
import { eventsOf } from "./notifications.ts";
import { claimsOf, planInsert, planUpdate } from "./plan.ts";
import { repetitionOf, resultEnvelope, skippedOf } from "./result.ts";

type Input = Decoded<Api["customer"]["resolve"]>;

/** The facts of matching and of changing, and which of the tickets named the brand has. */
interface Facts extends MatchFacts {
  tickets: ReadonlySet<number>;
}

const resolve = defineCommand({
  name: "customer.resolve",
  batchKey: ({ ctx, input }) => (canSeeBrand(ctx.caller, input.brandId) ? String(input.brandId) : undefined),
  read: async (tx: Tx, calls: readonly Call<Input>[]): Promise<Facts> => {
    const brandId = calls[0]?.input.brandId as number;
    const ticketIds = calls.flatMap(({ input }) => input.ticketId ?? []);
    const [facts, tickets] = await Promise.all([
      readMatches(tx, brandId, calls, () => findBrandOrNone(tx, brandId)),
      findTicketsOfBrand(tx, brandId, ticketIds),
    ]);
    return { ...facts, tickets };
  },
  plan: planCall,
  claims: claimsOf,
  isRepeatable: () => true,
  apply: (tx, planned, { brand }) =>
    applyPlans(
      tx,
      brand?.id as number,
      planned.map(({ plan }) => plan),
    ),
  respond: ({ input }, result: ChangeResult, isRepetition) =>
    respond(input, isRepetition ? repetitionOf(result) : result),
});

/** Operation 3. */
export function resolveCustomer(ctx: RequestContext, input: Input) {
  return run(resolve, ctx, input);
}

function planCall({ ctx, input }: Call<Input>, facts: Facts): CustomerPlan {
  const { brand, tickets } = facts;
  if (!brand || !canSeeBrand(ctx.caller, brand.id)) throw notFound("brand");
  const { ticketId, primaryId, noSync, channels = [], custom = [] } = input;
  if (ticketId !== undefined && !tickets.has(ticketId)) throw notFound("ticket");
  assertIdentified(ctx, brand, input);
  const { found, kept } = findMatch({ ctx, input }, facts);
  const { changes, newFields } = planCustomValues(brand, facts.fields, custom, false);
  const fields = { primaryId, ...textFieldsOf(input) };
  const change = { fields, channels, customs: changes, newFields, noSync };
  if (found)
    return { ...planUpdate(ctx, found, { ...change, fields: adopted(found.customer, fields) }), ticketId };
  const all = primaryId === undefined ? withSearchValue(ctx, input, channels) : channels;
  const free = withoutSkipped(all, kept);
  return { ...planInsert(ctx, facts.owners, { ...change, channels: free }), skipped: kept, ticketId };
}

/** The fields for a customer that was found: one without a primary id takes the one sent. */
export function adopted<F extends { primaryId?: string | undefined }>(
  customer: { primary_id: string | null },
  fields: F,
): F {
  return { ...fields, primaryId: customer.primary_id === null ? fields.primaryId : undefined };
}

function respond({ ticketId }: Input, result: ChangeResult) {
  const isLinked = result.newChannelIds.length > 0;
  const outcome = result.isNew
    ? ("created" as const)
    : result.changed
      ? ("updated" as const)
      : ("unchanged" as const);
  const what = result.isNew ? "User created" : "Customer updated";
  return {
    ...resultEnvelope(`${what}${isLinked ? " and channel linked" : ""}.`, outcome, result.customer, [
      ...result.fields,
      ...result.tickets.filter((id) => id === ticketId).map(() => "ticket_id"),
    ]),
    ...skippedOf(result),
    events: eventsOf(result),
  };
}

function assertIdentified(ctx: RequestContext, brand: Brand, input: Input): void {
  assertNoPlaceholder(ctx, brand, "primaryId", input.primaryId);
  if (input.primaryId !== undefined || brand.search_by_channel) return;
  if (input.searchValue === undefined)
    throw invalid([
      {
        field: wireNameOf(ctx, "primaryId"),
        message: "is required unless the brand finds customers by channels (search_by_channel)",
      },
    ]);
  throw new DossierError(
    "search_by_channel_disabled",
    "This brand does not find customers by channels: send primary_id, or switch the brand's search_by_channel on.",
    { errors: [{ field: wireNameOf(ctx, "searchValue"), message: "needs the brand's search_by_channel" }] },
  );
}

/** Without a primary id the search value becomes a channel too, so that the same call finds the customer next time. */
function withSearchValue(
  ctx: RequestContext,
  { searchValue }: Input,
  channels: readonly DecodedChannel[],
): readonly DecodedChannel[] {
  const field = wireNameOf(ctx, "searchValue");
  const type = searchValue === undefined ? undefined : inferType(ctx.channelTypes, searchValue);
  if (!type || searchValue === undefined) {
    if (channels.length > 0) return channels;
    const message =
      "must be an e-mail address or a telephone number when nothing else identifies the customer";
    throw invalid([
      {
        field: searchValue === undefined ? "primary_id" : field,
        message: searchValue === undefined ? "is required, or an address" : message,
      },
    ]);
  }
  const read = channelAddress(type.rule, searchValue);
  if ("fault" in read) throw invalid([{ field, message: read.fault }]);
  const isThere = channels.some((one) => one.typeId === type.id && one.normalised === read.normalised);
  return isThere ? channels : [{ field, typeId: type.id, typeName: type.name, ...read }, ...channels];
}
