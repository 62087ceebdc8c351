/**
 * Applies what a CRM knows of one customer: operation 3 with these fields and the address of the lookup, in one transaction,
 * with the CRM as the source. What people and programs have set stays, unless the brand says `crm_wins`.
 */
import { type DecodedChannel, notFound } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import type { Call } from "../command.ts";
import type { RequestContext } from "../context.ts";
import { type CustomerFields, textFields } from "../customer-fields.ts";
import { applyPlans } from "../customer/apply.ts";
import type { Change, ChangeResult, CustomerPlan, CustomChange } from "../customer/change.ts";
import { withoutSkipped } from "../customer/channels.ts";
import { planCustomValuesLeniently } from "../customer/custom-values.ts";
import { findMatch, type MatchFacts, type MatchInput, readMatches } from "../customer/match.ts";
import { customerEvent, eventsOf } from "../customer/notifications.ts";
import { claimsOf, planInsert, planUpdate } from "../customer/plan.ts";
import { adopted } from "../customer/resolve.ts";
import type { LockedCustomer } from "../customer/row.ts";
import type { DomainEvent } from "../outbox.ts";
import { type CrmBrand, findCrmBrand } from "./client.ts";
import {
  CrmError,
  type CrmResult,
  type MappedResult,
  mapResult,
  type SkippedValue,
  uniqueChannels,
} from "./response.ts";
import { assertNotPurged, assertSameSettings, type LookupSnapshot } from "./snapshot.ts";

/** What a result is about, beside what it says itself. */
export interface LookupSubject {
  /** the address of the lookup */
  channel?: DecodedChannel | undefined;
  primaryId?: string | undefined;
}

/** A result to be applied. */
export interface Lookup {
  snapshot: LookupSnapshot;
  subject: LookupSubject;
  result: CrmResult;
}

/** What came of a result. */
export interface AppliedResult {
  change: ChangeResult;
  skipped: SkippedValue[];
}

/** What the rules need: the brand as it is now, the result in our terms, the matches, and where values came from. */
export interface ApplicationFacts extends MatchFacts {
  mapped: MappedResult;
  call: Call<MatchInput>;
  provenance: ProvenanceRow | undefined;
}

interface Plan extends CustomerPlan {
  brandId: number;
  values: readonly SkippedValue[];
}

/** A call that applies a result, and its plan. */
export interface ApplicationOf<Input extends Lookup> {
  call: Call<Input>;
  plan: Plan;
}

/** The parts that every command shares which applies a result. */
export const applyingResult = {
  read: async (tx: Tx, [call]: readonly Call<Lookup>[]): Promise<ApplicationFacts> => {
    const { ctx, input } = call as Call<Lookup>;
    return readFacts(tx, ctx, input);
  },
  plan: planResult,
  claims: claimsOf,
  apply: async (tx: Tx, planned: readonly ApplicationOf<Lookup>[]): Promise<AppliedResult[]> => {
    const [{ call, plan }] = planned as readonly [ApplicationOf<Lookup>];
    const [change] = (await applyPlans(tx, plan.brandId, [plan])) as [ChangeResult];
    await tx.rows(setSyncedAt, [change.customer.id, plan.brandId]);
    await assertNotPurged(tx, call.input.snapshot);
    return [{ change, skipped: [...plan.values] }];
  },
};

/** @throws SnapshotStale when the brand's settings are others by now; CrmError when the result is about another customer */
async function readFacts(
  tx: Tx,
  ctx: RequestContext,
  { snapshot, subject, result }: Lookup,
): Promise<ApplicationFacts> {
  const now = await findCrmBrand({ db: tx, caller: ctx.caller }, snapshot.brand.id);
  assertSameSettings(snapshot, now);
  const brand: CrmBrand = { ...now, search_by_channel: true };
  const mapped = mapResult(brand, ctx.channelTypes, result);
  if (subject.primaryId !== undefined && (mapped.fields.primaryId ?? subject.primaryId) !== subject.primaryId)
    throw new CrmError("The CRM answered with another primary id than the one it was asked for.");
  const input: MatchInput = {
    primaryId: subject.primaryId ?? mapped.fields.primaryId,
    channels: uniqueChannels([...(subject.channel ? [subject.channel] : []), ...mapped.channels]),
    searchValue: subject.channel?.address,
    custom: mapped.custom,
  };
  const call = { ctx: { ...ctx, caller: { ...ctx.caller, source: "crm" as const } }, input };
  const facts = await readMatches(tx, brand.id, [call], async () => brand);
  const [customer] = facts.locked.values();
  const known = [...facts.fields.known.values()].map(({ id }) => id);
  const provenance =
    customer && !brand.crm_wins
      ? await tx.row<ProvenanceRow>(selectProvenance, [customer.id, known, brand.id])
      : undefined;
  return { ...facts, mapped, call, provenance };
}

function planResult(_: Call<Lookup>, facts: ApplicationFacts): Plan {
  const { brand, mapped, call } = facts;
  if (!brand) throw notFound("brand");
  const { ctx, input } = call;
  const { found, kept } = findMatch(call, facts);
  const values = [...mapped.skipped];
  const { changes, newFields, faults } = planCustomValuesLeniently(brand, facts.fields, mapped.custom);
  values.push(...faults.map(({ field, message }) => ({ field, message })));
  const fields = { ...mapped.fields, primaryId: input.primaryId };
  const all = { fields, channels: input.channels ?? [], customs: changes, newFields, omitted: values };
  if (found) {
    const { customer } = found;
    const change = facts.provenance ? keepManualValues(customer, all, facts.provenance, values) : all;
    const adopting = { ...change, fields: adopted(customer, change.fields) };
    return { ...planUpdate(ctx, found, adopting), brandId: brand.id, values };
  }
  const free = withoutSkipped(all.channels, kept);
  return {
    ...planInsert(ctx, facts.owners, { ...all, channels: free }),
    skipped: kept,
    brandId: brand.id,
    values,
  };
}

/** What came of it, in a word. */
export function outcomeOf({ isNew, changed }: ChangeResult): "created" | "updated" | "unchanged" {
  if (isNew) return "created";
  return changed ? "updated" : "unchanged";
}

/** Events of it: what it did to the customer, and that there was a lookup. */
export function syncEvents(change: ChangeResult): DomainEvent[] {
  const synced = customerEvent("customer.synced", change.customer, outcomeOf(change), change.fields);
  return [...eventsOf(change), synced];
}

const setSyncedAt: Statement = {
  name: "crm_set_synced_at",
  text: "UPDATE customer SET crm_synced_at = clock_timestamp() WHERE id = $1 AND brand_id = $2",
};

const selectProvenance: Statement = {
  name: "crm_select_provenance",
  text: `SELECT provenance, (SELECT coalesce(json_object_agg(field_id, json_build_array(source, value)), '{}')
      FROM customer_custom_value WHERE customer_id = $1 AND field_id = ANY ($2::bigint[])) AS customs
    FROM customer WHERE id = $1 AND brand_id = $3`,
};

interface ProvenanceRow {
  provenance: Record<string, [source: string]>;
  customs: Record<string, [source: string, value: string]>;
}

/** The change without what would overwrite something that a person or a program has set; that is reported in `skipped`. */
function keepManualValues<C extends Change>(
  customer: LockedCustomer,
  change: C,
  { provenance, customs }: ProvenanceRow,
  skipped: SkippedValue[],
): C {
  const skip = (field: string) =>
    skipped.push({ field, message: "was set by a person or a program, and the brand does not say crm_wins" });
  const fields: CustomerFields = { primaryId: change.fields.primaryId };
  for (const { name, column, wire } of textFields) {
    const value = change.fields[name];
    if (value === undefined || value === customer[column]) continue;
    if (customer[column] === "" || provenance[wire]?.[0] === "crm") fields[name] = value;
    else skip(wire);
  }
  const isFree = ({ fieldId, name, value }: CustomChange) => {
    const [source, before] = customs[fieldId] ?? ["crm", ""];
    if (source === "crm" || before === value) return true;
    skip(`custom_${name}`);
    return false;
  };
  return { ...change, fields, customs: change.customs.filter(isFree) };
}
