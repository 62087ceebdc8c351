/**
 * Writes the plans of customers of one brand, set by set, in the order in which all transactions take locks: custom fields,
 * primary ids, addresses, words of the search, addresses that tickets may wait for. A plan of a customer under lock changes
 * it, any other plan inserts one.
 */
import type { Tx } from "../../db/database.ts";
import { type AddressKey, addressKey } from "../address.ts";
import { wireNamesOf, withFields } from "../customer-fields.ts";
import { hasUnlinkedTickets, linkTicket, linkUnlinkedTickets } from "../linking.ts";
import { type TermChange, updateTermsOfMany } from "../search/indexing.ts";
import type { ChangeResult, CustomChange, CustomerPlan } from "./change.ts";
import { deleteChannels, insertChannels } from "./channels.ts";
import { createMissingFields, writeCustomValues } from "./custom-values.ts";
import { recordFormerAddresses, recordFormerPrimaryIds } from "./former.ts";
import { insertCustomers, type LockedCustomer, searchTermsOf, updateCustomers } from "./row.ts";

/** A plan and the row it is about. */
interface Step {
  plan: CustomerPlan;
  /** the row before, or as it was inserted */
  row: LockedCustomer;
  customs: readonly CustomChange[];
  /** the values that differ from what stood there */
  changedValues: readonly CustomChange[];
}

/**
 * Writes all plans; one result for each, in their order.
 *
 * @throws ConcurrentChangeError when a primary id, an address or a channel changed hands since the facts were read
 */
export async function applyPlans(
  tx: Tx,
  brandId: number,
  plans: readonly CustomerPlan[],
): Promise<ChangeResult[]> {
  const steps = await writeValues(tx, brandId, await insertRows(tx, brandId, plans));
  const changed = steps.filter(isRowChanged);
  const [, updated, channelIds, , , , isWaitedFor] = await Promise.all([
    deleteChannels(
      tx,
      brandId,
      steps.flatMap(({ plan, row }) => plan.removed.map(({ id }) => ({ id, customerId: row.id }))),
    ),
    updateCustomers(
      tx,
      brandId,
      changed.map(({ plan: { ctx, fields }, row }) => ({ ctx, fields, locked: row })),
    ),
    insertChannels(
      tx,
      brandId,
      steps.flatMap(({ plan: { ctx, added }, row }) =>
        added.map((channel) => ({ ctx, channel, customerId: row.id })),
      ),
    ),
    recordFormerAddresses(
      tx,
      steps.flatMap(({ plan, row }) => plan.removed.map((one) => ({ ...one, customerId: row.id }))),
    ),
    recordFormerPrimaryIds(tx, steps.flatMap(givenUpPrimaryId)),
    updateTermsOfMany(tx, brandId, steps.flatMap(termsOf)),
    hasUnlinkedTickets(
      tx,
      brandId,
      steps.flatMap(({ plan }) => linkedAddresses(plan)),
    ),
  ]);
  const results: ChangeResult[] = [];
  for (const step of steps) {
    const result = resultOf(step, updated.get(step.row.id), channelIds);
    result.tickets = await linkTickets(tx, brandId, step, isWaitedFor);
    results.push(result);
  }
  return results;
}

async function insertRows(tx: Tx, brandId: number, plans: readonly CustomerPlan[]): Promise<Step[]> {
  const needsFields = plans.some(({ newFields }) => newFields.length > 0);
  const ready = needsFields ? await createMissingFields(tx, brandId, plans) : plans;
  const rows = await insertCustomers(
    tx,
    brandId,
    plans.filter(({ locked }) => !locked),
  );
  let at = 0;
  return plans.map((plan, n) => {
    const row = (plan.locked ?? rows[at++]) as LockedCustomer;
    return { plan, row, customs: ready[n]?.customs ?? [], changedValues: [] };
  });
}

/** Writes the custom values first: only then it is known whether they change their customer. */
async function writeValues(tx: Tx, brandId: number, steps: Step[]): Promise<Step[]> {
  if (steps.every(({ customs }) => customs.length === 0)) return steps;
  const written = await writeCustomValues(
    tx,
    brandId,
    steps.map(({ plan: { ctx, newFields }, row, customs }) => ({ ctx, newFields, id: row.id, customs })),
  );
  return steps.map((step) => ({ ...step, changedValues: written.get(step.row.id) ?? [] }));
}

/** Whether a customer that was there before changes, which raises its version. */
function isRowChanged({ plan: { locked, fields, added, removed }, changedValues }: Step): boolean {
  if (!locked) return false;
  return Object.keys(fields).length + added.length + removed.length + changedValues.length > 0;
}

function givenUpPrimaryId({ plan: { locked, fields } }: Step): { customerId: number; primaryId: string }[] {
  const isGivenUp = locked && fields.primaryId !== undefined && locked.primary_id !== null;
  return isGivenUp ? [{ customerId: locked.id, primaryId: locked.primary_id as string }] : [];
}

/** What the customer is found by, before and after; of one that only gets channels, without those it has. */
function termsOf({ plan, row }: Step): TermChange[] {
  const { ctx, locked, fields, added, removed } = plan;
  const isSame = locked !== undefined && Object.keys(fields).length + removed.length === 0;
  if (isSame && added.length === 0) return [];
  const own = isSame ? [] : plan.own;
  const gone = new Set(removed.map(({ id }) => id));
  const now = [...own.filter(({ id }) => !gone.has(id)), ...added];
  const before = locked ? searchTermsOf(locked, own, ctx.channelTypes) : new Set<string>();
  return [
    {
      id: row.id,
      isPartial: isSame,
      before,
      after: searchTermsOf(locked ? withFields(locked, fields) : row, now, ctx.channelTypes),
    },
  ];
}

function linkedAddresses({ noSync, sent }: CustomerPlan): CustomerPlan["sent"] {
  return noSync ? [] : sent;
}

async function linkTickets(
  tx: Tx,
  brandId: number,
  { plan, row }: Step,
  isWaitedFor: boolean,
): Promise<number[]> {
  const addresses = isWaitedFor ? linkedAddresses(plan) : [];
  const tickets = await linkUnlinkedTickets(tx, { id: row.id, brand_id: brandId }, addresses);
  const { ticketId } = plan;
  const isLinked = ticketId !== undefined && (await linkTicket(tx, { id: ticketId, brandId }, row.id));
  return isLinked ? [...tickets, ticketId] : tickets;
}

function resultOf(
  { plan, row, changedValues }: Step,
  updated: LockedCustomer | undefined,
  idsByAddress: ReadonlyMap<AddressKey, number>,
): ChangeResult {
  const ids = new Map(plan.own.map((one) => [addressKey(one), one.id]));
  for (const one of plan.added) ids.set(addressKey(one), idsByAddress.get(addressKey(one)) as number);
  const areChannelsChanged = plan.added.length + plan.removed.length > 0;
  return {
    customer: updated ?? row,
    isNew: !plan.locked,
    changed: !plan.locked || updated !== undefined,
    fields: [
      ...wireNamesOf(plan.fields),
      ...(areChannelsChanged ? ["channels"] : []),
      ...changedValues.map(({ name }) => `custom_${name}`),
    ],
    channelIds: plan.sent.map((one) => ids.get(addressKey(one)) as number),
    newChannelIds: plan.added.map((one) => idsByAddress.get(addressKey(one)) as number).sort((a, b) => a - b),
    skipped: plan.skipped,
    tickets: [],
  };
}
