/**
 * Operations 4, 5, 9, 10 and 11: changes a customer, adds channels to it, deletes one of its channels. They differ in what
 * they send and how they answer; the rules of a change are in plan.ts, the writing in apply.ts.
 */
import { type Api, type DecodedChannel, type RawCustomField, type Decoded, notFound } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type Call, ConcurrentChangeError, defineCommand, OtherBatch, run } from "../command.ts";
import { assertVersion, brandScope, type RequestContext } from "../context.ts";
import { type CustomerFields, textFieldsOf } from "../customer-fields.ts";
import { applyPlans } from "./apply.ts";
import type { ChangeResult, CustomerPlan, OwnChannel } from "./change.ts";
import { planCustomValues } from "./custom-values.ts";
import { type CustomerFacts, readFacts } from "./facts.ts";
import {
  assertNoPlaceholder,
  assertSameCustomer,
  type CustomerRef,
  findManyByRef,
  knownBrandId,
  type RefResult,
} from "./identify.ts";
import { channelEvents, customerEvent, eventsOf } from "./notifications.ts";
import { claimsOf, type LockedWithFacts, planUpdate } from "./plan.ts";
import { repetitionOf, resultEnvelope, skippedOf } from "./result.ts";

/** What a call wants to do to the customer that it names. */
interface Update {
  ref: CustomerRef;
  fields: CustomerFields;
  channels: readonly DecodedChannel[];
  custom: readonly RawCustomField[];
  noSync: boolean | undefined;
}

/** The customers that calls name, and the facts about those of the first one's brand. */
interface Facts extends CustomerFacts {
  refs: ReadonlyMap<Call<Update>, RefResult>;
  brandId: number;
}

async function readAll(tx: Tx, calls: readonly Call<Update>[]): Promise<Facts> {
  const results = await findManyByRef(
    tx,
    calls.map(({ ctx, input: { ref } }) => ({ ctx, ref })),
  );
  const refs = new Map(calls.map((call, at) => [call, results[at] as RefResult]));
  const found = results.flatMap((one) => ("customer" in one ? one.customer : []));
  const brandId = found[0]?.brand_id ?? 0;
  const own = calls.flatMap((call) => {
    const one = refs.get(call);
    return one && "customer" in one && one.customer.brand_id === brandId
      ? [{ ...call, id: one.customer.id }]
      : [];
  });
  const facts = await readFacts(tx, {
    brandId,
    ids: [...new Set(own.map(({ id }) => id))],
    sent: own.map(({ id, input: { fields, channels, custom } }) => ({
      customerId: id,
      primaryId: fields.primaryId,
      channels,
      custom,
    })),
    needsBrand: own.some(({ input }) => input.fields.primaryId !== undefined),
  });
  return { ...facts, refs, brandId };
}

function planCall(call: Call<Update>, facts: Facts): CustomerPlan {
  const { ctx, input } = call;
  const locked = lockedOf(call, facts);
  const { brand } = facts;
  if (input.fields.primaryId !== undefined && brand)
    assertNoPlaceholder(ctx, brand, "newPrimaryId", input.fields.primaryId);
  const { changes, newFields } = brand
    ? planCustomValues(brand, facts.fields, input.custom, true)
    : { changes: [], newFields: [] };
  assertVersion(ctx, locked.customer.version);
  const { fields, channels, noSync } = input;
  return planUpdate(ctx, locked, { fields, channels, customs: changes, newFields, noSync });
}

/** The customer that a call names, under lock. @throws ConcurrentChangeError when it is another one by now, or of another brand */
function lockedOf(call: Call<Update>, facts: Facts): LockedWithFacts {
  const found = facts.refs.get(call);
  if (!found || "error" in found) throw found?.error ?? notFound("customer");
  if (found.customer.brand_id !== facts.brandId) throw new OtherBatch();
  const { ref } = call.input;
  const customer = facts.locked.get(found.customer.id);
  if (!customer) throw new ConcurrentChangeError();
  if (ref.customerId !== undefined) assertSameCustomer(customer, ref);
  else if (customer.primary_id !== ref.primaryId) throw new ConcurrentChangeError();
  return {
    customer,
    own: facts.channels.get(customer.id) ?? [],
    sizes: facts.sizes.get(customer.id),
    owners: facts.owners,
    takenAddress: facts.brand?.taken_address ?? "refuse",
  };
}

/** Calls of keys with the same brands, about one brand where that is known. */
function batchKey({ ctx, input: { ref } }: Call<Update>): string {
  return `${brandScope(ctx.caller)?.join() ?? "all"} of ${knownBrandId(ctx, ref) ?? "any"}`;
}

const shared = {
  batchKey,
  read: readAll,
  plan: planCall,
  claims: claimsOf,
  // After a change of the primary id the same call may name no customer any more.
  isRepeatable: ({ fields }: Update) => fields.primaryId === undefined,
  apply: applyAll,
};

function applyAll(tx: Tx, planned: readonly { plan: CustomerPlan }[], { brandId }: { brandId: number }) {
  return applyPlans(
    tx,
    brandId,
    planned.map(({ plan }) => plan),
  );
}

const update = defineCommand({
  ...shared,
  name: "customer.update",
  respond: (_, result: ChangeResult, isRepetition) => {
    const done = isRepetition ? repetitionOf(result) : result;
    return {
      ...resultEnvelope(
        "Customer updated.",
        done.changed ? "updated" : "unchanged",
        done.customer,
        done.fields,
      ),
      ...skippedOf(done),
      events: eventsOf(done),
    };
  },
});

const addition = defineCommand({
  ...shared,
  name: "customer.add_channels",
  respond: (_, result: ChangeResult, isRepetition) => {
    const done = isRepetition ? repetitionOf(result) : result;
    return {
      ...resultEnvelope("Channel added.", done.changed ? "updated" : "unchanged", done.customer, done.fields),
      channel_ids: done.channelIds,
      ...skippedOf(done),
      events: eventsOf(done),
    };
  },
});

type UpdateInput = CustomerRef &
  Omit<CustomerFields, "primaryId"> & {
    id?: number | undefined;
    newPrimaryId?: string | undefined;
    noSync?: boolean | undefined;
    channels?: DecodedChannel[] | undefined;
    custom?: RawCustomField[] | undefined;
  };

/** Operations 4, 5 and 10. */
export function updateCustomer(ctx: RequestContext, input: UpdateInput) {
  const { id, customerId = id, primaryId, brandId, newPrimaryId, noSync, channels = [], custom = [] } = input;
  const ref = { customerId, primaryId, brandId };
  const fields = { primaryId: newPrimaryId, ...textFieldsOf(input) };
  return run(update, ctx, { ref, fields, channels, custom, noSync });
}

/** Operation 9. */
export function addChannels(ctx: RequestContext, input: Decoded<Api["customer"]["addChannels"]>) {
  const { channels = [], noSync, ...ref } = input;
  return run(addition, ctx, { ref, fields: {}, channels, custom: [], noSync });
}

const selectChannelOwners: Statement = {
  name: "channel_select_owner",
  text: `SELECT id, customer_id, brand_id FROM customer_channel
    WHERE id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))`,
};

interface ChannelOwner {
  id: number;
  customer_id: number;
  brand_id: number;
}

/** The owners of the channels that calls name, and the facts about those of the first one's brand. */
interface RemovalFacts extends CustomerFacts {
  byChannel: ReadonlyMap<number, ChannelOwner>;
  brandId: number;
}

const removal = defineCommand({
  name: "customer.remove_channel",
  batchKey: ({ ctx }: Call<{ id: number }>) => brandScope(ctx.caller)?.join() ?? "all",
  read: async (tx, calls): Promise<RemovalFacts> => {
    const scope = brandScope(calls[0]?.ctx.caller as RequestContext["caller"]);
    const rows = await tx.rows<ChannelOwner>(selectChannelOwners, [
      calls.map(({ input }) => input.id),
      scope,
    ]);
    const brandId = rows[0]?.brand_id ?? 0;
    const ids = rows.filter((row) => row.brand_id === brandId).map(({ customer_id }) => customer_id);
    const facts = await readFacts(tx, { brandId, ids: [...new Set(ids)], sent: [], needsBrand: false });
    return { ...facts, brandId, byChannel: new Map(rows.map((row) => [row.id, row])) };
  },
  plan: ({ ctx, input: { id } }, facts: RemovalFacts): CustomerPlan => {
    const owner = facts.byChannel.get(id);
    if (!owner) throw notFound("channel");
    if (owner.brand_id !== facts.brandId) throw new OtherBatch();
    const locked = facts.locked.get(owner.customer_id);
    const own: readonly OwnChannel[] = facts.channels.get(owner.customer_id) ?? [];
    const removed = own.filter((one) => one.id === id);
    if (!locked || removed.length === 0) throw new ConcurrentChangeError();
    assertVersion(ctx, locked.version);
    const nothing = { fields: {}, sent: [], added: [], skipped: [], customs: [], newFields: [] };
    return { ...nothing, ctx, locked, own, removed, noSync: true };
  },
  claims: claimsOf,
  apply: applyAll,
  respond: ({ input: { id } }, { customer, fields }: ChangeResult) => ({
    ...resultEnvelope("Channel deleted.", "deleted", customer, fields),
    id,
    customer_id: customer.id,
    events: [
      customerEvent("customer.updated", customer, "updated", fields),
      ...channelEvents("channel.removed", customer, [id]),
    ],
  }),
});

/** Operation 11. */
export function removeChannel(ctx: RequestContext, { id }: Decoded<Api["customer"]["removeChannel"]>) {
  return run(removal, ctx, { id });
}
