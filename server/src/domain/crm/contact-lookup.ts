/**
 * CRM lookup on contact: a new ticket's address is looked up in its brand's CRM by a background job. The ticket's own
 * transaction only enqueues the job; whatever the CRM does afterwards delays and loses no ticket. When the CRM knows one
 * customer, that is applied and the ticket is linked; anything else is recorded on the ticket, or retried.
 */
import { builtinTypeId, type ChannelType, DossierError } from "@dossier/api";
import { jitter } from "../../backoff.ts";
import type { Db, Statement, Tx } from "../../db/database.ts";
import type { EgressClient } from "../../egress/client.ts";
import type { Brand } from "../brand/row.ts";
import { readChannelTypes } from "../channel-type.ts";
import { type Call, defineCommand, run } from "../command.ts";
import { type RequestContext, type Secret, systemKeyId } from "../context.ts";
import { enqueue, type Job } from "../job-queue.ts";
import { ticketLinkedEvent } from "../linking.ts";
import {
  type ApplicationFacts,
  type ApplicationOf,
  applyingResult,
  type Lookup,
  type LookupSubject,
  outcomeOf,
  syncEvents,
} from "./apply.ts";
import { type LookupOutcome, saveOutcome } from "./lookup-outcome.ts";
import { CrmError, type CrmResult, mapResult } from "./response.ts";
import { assertNotPurged, CustomerPurged, type LookupSnapshot } from "./snapshot.ts";
import { addressLookup, retryWhileStale } from "./sync.ts";
import type { Batcher } from "../batcher.ts";

/** What the job is called. */
export const lookupJob = "crm.lookup";

/** How a CRM is asked about an address of this type; undefined when it is not. */
function addressTypeOf({ id, rule }: ChannelType): "email" | "phoneNumber" | undefined {
  if (id === builtinTypeId.email) return "email";
  return rule === "phone" ? "phoneNumber" : undefined;
}

/** Whether a contact is looked up: the brand has a CRM, and CRMs are asked about addresses of this kind. */
export function needsLookup(brand: Brand, type: ChannelType, contact: string | undefined): boolean {
  return brand.crm_lookup_url !== "" && contact !== undefined && addressTypeOf(type) !== undefined;
}

/** Enqueues the lookups of tickets' contacts; they begin once the transaction is committed. */
export function enqueueLookups(tx: Tx, brandId: number, tickets: readonly { id: number }[]): Promise<void> {
  return enqueue(tx, ...tickets.map(({ id }) => ({ kind: lookupJob, brandId, ticketId: id })));
}

/** What the job needs of its process. */
export interface LookupDeps {
  db: Db;
  batcher: Batcher;
  egress: EgressClient;
  secret: Secret;
}

interface Contact {
  id: number;
  brand_id: number;
  channel_type_id: number;
  address: string;
  normalised: string;
}

// Skips tickets that a purge emptied (they have no contact), tickets of deleted customers, and customers that were synced within crm_refresh_seconds.
const selectContact: Statement = {
  name: "crm_select_contact",
  text: `SELECT t.id, t.brand_id, t.channel_type_id, t.contact AS normalised,
      CASE t.direction WHEN 'inbound' THEN t.from_address ELSE t.to_address END AS address
    FROM ticket t JOIN brand b ON b.id = t.brand_id LEFT JOIN customer c ON c.id = t.customer_id
    WHERE t.id = $1 AND t.contact IS NOT NULL AND t.former_customer_id IS NULL AND b.crm_lookup_url <> ''
      AND (c.crm_synced_at IS NULL OR c.crm_synced_at <= now() - b.crm_refresh_seconds * interval '1 second')`,
};

/** How a lookup ended, in the terms of the worker. */
type LookupEnd = { done: true } | { retryInMs: number; error: string } | { failed: string };

/** Looks up the contact of the job's ticket. */
export async function lookUpContact(deps: LookupDeps, job: Job): Promise<LookupEnd> {
  const contact = await deps.db.row<Contact>(selectContact, [job.ticket_id]);
  const types = await readChannelTypes(deps.db);
  const type = contact && types.find(({ id }) => id === contact.channel_type_id);
  const channelAddressType = type && addressTypeOf(type);
  if (!channelAddressType) return { done: true };
  const { id, brand_id, channel_type_id, address, normalised } = contact;
  const channel = { field: "address", typeId: channel_type_id, typeName: type.name, address, normalised };
  const request = addressLookup(channel, channelAddressType, id);
  const ctx = systemContext(deps, types);
  try {
    await retryWhileStale(ctx, brand_id, request, (snapshot, results) =>
      applyLookup(ctx, snapshot, request.subject, contact, results),
    );
  } catch (error) {
    return lookupEndOf(error, job.attempts);
  }
  return { done: true };
}

/** The context of what Dossier does by itself, for no key. */
function systemContext(deps: LookupDeps, channelTypes: readonly ChannelType[]): RequestContext {
  const permissions = new Set<never>();
  const caller = { keyId: systemKeyId, name: "", permissions, brands: null, source: "crm" as const };
  return { ...deps, caller, operation: lookupJob, entity: "customer", channelTypes, replayed: false };
}

/** In seconds: when a lookup that failed so often is tried again. */
const retryDelays = [5, 20, 60, 180, 300];

function lookupEndOf(error: unknown, attempts: number): LookupEnd {
  if (error instanceof CustomerPurged) return { done: true };
  if (error instanceof DossierError && ["crm_not_configured", "not_found"].includes(error.code))
    return { done: true }; // switched off, or the brand deleted, meanwhile
  const code = error instanceof CrmError || error instanceof DossierError ? error.code : undefined;
  if (code === undefined) throw error;
  const delay = retryDelays[attempts - 1];
  if (delay === undefined || (error instanceof CrmError && error.isFinal)) return { failed: code };
  const { retryAfter = 0 } = error as CrmError;
  return { retryInMs: 1000 * Math.max(retryAfter, jitter(delay)), error: code };
}

interface ContactLookup extends Lookup {
  contact: Contact;
}

const application = defineCommand({
  ...applyingResult,
  name: "crm.lookup",
  read: (tx: Tx, calls: readonly Call<ContactLookup>[]) => applyingResult.read(tx, calls),
  plan: (call: Call<ContactLookup>, facts: ApplicationFacts) => applyingResult.plan(call, facts),
  apply: async (tx: Tx, planned: readonly ApplicationOf<ContactLookup>[]) => {
    const [applied] = await applyingResult.apply(tx, planned);
    const contact = planned[0]?.call.input.contact as Contact;
    const isLinked = await assignTicket(tx, contact, applied?.change.customer.id as number);
    return [{ ...(applied as NonNullable<typeof applied>), isLinked }];
  },
  respond: ({ input: { contact } }: Call<ContactLookup>, { change, isLinked }) => ({
    id: change.customer.id,
    outcome: outcomeOf(change),
    audit: { brandId: contact.brand_id, fields: change.fields },
    events: [
      ...syncEvents(change),
      ...(isLinked ? [ticketLinkedEvent(contact.brand_id, change.customer.id, contact.id)] : []),
    ],
  }),
});

async function applyLookup(
  ctx: RequestContext,
  snapshot: LookupSnapshot,
  subject: LookupSubject,
  contact: Contact,
  results: CrmResult[],
): Promise<void> {
  const [result, second] = results;
  if (second) return recordOutcome(ctx, snapshot, contact, candidatesOf(ctx, snapshot, results));
  if (!result) return;
  try {
    await run(application, ctx, { snapshot, subject, result, contact });
  } catch (error) {
    const conflict =
      error instanceof DossierError ? conflicts.find((code) => code === error.code) : undefined;
    if (!conflict) throw error;
    await recordOutcome(ctx, snapshot, contact, { crm_conflict: conflict, crm_candidates: null });
  }
}

const conflicts = ["channel_taken", "primary_id_taken", "ambiguous_customer"] as const;

function candidatesOf(
  { channelTypes }: RequestContext,
  { brand }: LookupSnapshot,
  results: CrmResult[],
): LookupOutcome {
  const ids = results.flatMap((result) => mapResult(brand, channelTypes, result).fields.primaryId ?? []);
  return { crm_conflict: null, crm_candidates: { count: results.length, primary_ids: [...new Set(ids)] } };
}

async function recordOutcome(
  ctx: RequestContext,
  snapshot: LookupSnapshot,
  contact: Contact,
  outcome: LookupOutcome,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await saveOutcome(tx, contact.id, outcome);
    await assertNotPurged(tx, snapshot);
  });
}

// The ticket may have a customer by then, by hand or by its address, or have lost it by a deletion: it keeps that one.
const updateUnlinkedTicket: Statement = {
  name: "crm_link_ticket",
  text: `UPDATE ticket SET customer_id = $3
    WHERE id = $1 AND brand_id = $2 AND customer_id IS NULL AND former_customer_id IS NULL AND contact IS NOT NULL RETURNING id`,
};

const lockTicketContact: Statement = {
  name: "crm_lock_contact",
  text: "SELECT id FROM ticket WHERE id = $1 AND contact IS NOT NULL FOR KEY SHARE",
};

/** Links the ticket, if it has no customer; whether it did. @throws CustomerPurged when a purge emptied the ticket */
async function assignTicket(tx: Tx, { id, brand_id }: Contact, customerId: number): Promise<boolean> {
  const linked = await tx.row(updateUnlinkedTicket, [id, brand_id, customerId]);
  if (!(await tx.row(lockTicketContact, [id]))) throw new CustomerPurged();
  return linked !== undefined;
}
