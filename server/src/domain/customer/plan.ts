/**
 * Plan of a customer's change: the rules, as pure functions of the facts. Constraints still decide: what a plan takes for
 * free may be taken when it is written, and then the call is planned again.
 */
import { DossierError } from "@dossier/api";
import { addressKey, distinctAddresses } from "../address.ts";
import type { RequestContext } from "../context.ts";
import type { Brand } from "../brand/row.ts";
import { changedFields } from "../customer-fields.ts";
import type { Change, CustomerPlan, OwnChannel, Owners } from "./change.ts";
import { channelTakenError, takenBy, withoutSkipped } from "./channels.ts";
import type { LockedCustomer } from "./row.ts";
import { assertChannelLimit, type CustomSizes, fitChannels, fitCustomValues } from "./size.ts";

/** The plan of a new customer. @throws DossierError when its primary id or one of its addresses has an owner */
export function planInsert(ctx: RequestContext, owners: Owners, change: Change): CustomerPlan {
  const customs = fitCustomValues(change.customs, change.omitted);
  assertPrimaryIdFree(owners, change.fields.primaryId);
  const taken = takenBy(owners, change.channels);
  if (taken.length > 0) throw channelTakenError(taken);
  return {
    ctx,
    locked: undefined,
    fields: change.fields,
    own: [],
    sent: change.channels,
    added: distinctAddresses(change.channels),
    removed: [],
    skipped: [],
    customs,
    newFields: change.newFields ?? [],
    noSync: change.noSync === true,
  };
}

/** A customer under lock, with what it has. */
export interface LockedWithFacts {
  customer: LockedCustomer;
  own: readonly OwnChannel[];
  sizes: CustomSizes | undefined;
  owners: Owners;
  /** what happens to an address of another customer; read from the brand where one was sent */
  takenAddress: Brand["taken_address"];
}

/**
 * The plan of a change of a customer under lock.
 *
 * @throws DossierError when a new primary id or an address has another owner, or the customer would grow too large
 */
export function planUpdate(
  ctx: RequestContext,
  { customer, own, sizes, owners, takenAddress }: LockedWithFacts,
  change: Change,
): CustomerPlan {
  const customs = fitCustomValues(change.customs, change.omitted, sizes);
  const wanted = change.omitted ? fitChannels(change.channels, own, change.omitted) : change.channels;
  const fields = changedFields(customer, change.fields);
  assertPrimaryIdFree(owners, fields.primaryId);
  const skipped = takenBy(owners, wanted, customer.id);
  if (skipped.length > 0 && takenAddress === "refuse") throw channelTakenError(skipped);
  const sent = withoutSkipped(wanted, skipped);
  const there = new Set(own.map(addressKey));
  const added = distinctAddresses(sent.filter((one) => !there.has(addressKey(one))));
  assertChannelLimit(sent, own, added.length);
  const newFields = change.newFields ?? [];
  const noSync = change.noSync === true;
  return {
    ctx,
    locked: customer,
    fields,
    own,
    sent,
    added,
    removed: [],
    skipped,
    customs,
    newFields,
    noSync,
  };
}

/** What no other plan of the same transaction may have: the customer, a primary id, addresses, a ticket. */
export function claimsOf({ locked, fields, added, ticketId }: CustomerPlan): string[] {
  return [
    ...(locked ? [`customer ${locked.id}`] : []),
    ...(fields.primaryId === undefined ? [] : [`primary id ${fields.primaryId}`]),
    ...added.map((one) => `address ${addressKey(one)}`),
    ...(ticketId === undefined ? [] : [`ticket ${ticketId}`]),
  ];
}

/** Refuses a primary id that another customer has. */
function assertPrimaryIdFree({ byPrimaryId }: Owners, primaryId: string | undefined): void {
  const owner = primaryId === undefined ? undefined : byPrimaryId.get(primaryId);
  if (owner === undefined) return;
  const message = `This primary id already belongs to customer ${owner} of this brand.`;
  throw new DossierError("primary_id_taken", message, { conflict: { customerId: owner } });
}
