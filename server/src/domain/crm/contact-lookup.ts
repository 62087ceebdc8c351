/**
 * The lookup on contact: a new ticket's address is looked up in its brand's CRM, in the background. The ticket only puts
 * down its id in its own transaction; whatever the CRM does afterwards delays and loses no ticket. What the CRM knows of
 * one customer is taken over and the ticket is theirs; anything else is noted on the ticket, or tried again.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type ChannelType, DossierError } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { translate } from "../../db/errors.ts";
import type { Outside } from "../../egress/client.ts";
import type { Ask } from "../context.ts";
import { recordOwn } from "../audit.ts";
import type { Brand } from "../brand/brand.ts";
import { readTypes } from "../channel-type.ts";
import { CrmFailure, mapResult, type Result } from "./response.ts";
import { checkPurges, type Mark, Purged } from "./snapshot.ts";
import { outcomeOf, settleResult, syncNews } from "./apply.ts";
import { questionAbout, whileOutdated } from "./sync.ts";
import { noteVerdict, type Verdict } from "./lookup-outcome.ts";
import { enqueue, type Job } from "../job-queue.ts";
import { ticketNews } from "../linking.ts";
import { type Happening, tell } from "../outbox.ts";
import { untilUndisturbed } from "../command.ts";

/** What the job is called. */
export const lookupKind = "crm.lookup";

/** How a CRM is asked about an address of this type; nothing when it is not. */
function addressTypeOf({ id, rule }: ChannelType): "email" | "phoneNumber" | undefined {
  if (id === 1) return "email";
  return rule === "phone" ? "phoneNumber" : undefined;
}

/** Whether a contact is looked up: the brand has a CRM, and the address is of a kind that CRMs are asked about. */
export function isLookedUp(brand: Brand, type: ChannelType, contact: string | undefined): boolean {
  return brand.crm_lookup_url !== "" && contact !== undefined && addressTypeOf(type) !== undefined;
}

/** Has the contacts of a brand's tickets looked up once the transaction is committed. */
export function enqueueLookups(tx: Tx, brandId: number, tickets: readonly { id: number }[]): Promise<void> {
  return enqueue(tx, ...tickets.map(({ id }) => ({ kind: lookupKind, brandId, ticketId: id })));
}

/** What the job needs of the house. */
export interface LookupTools {
  db: Db;
  outside: Outside;
  secret: Buffer;
}

interface Contact {
  id: number;
  brand_id: number;
  type_id: number;
  address: string;
  normalised: string;
}

// What a purge has emptied has no contact; whom the CRM has told of lately is left out, where the brand says so.
const contactToAsk: Statement = {
  name: "crm_contact",
  text: `SELECT t.id, t.brand_id, t.type_id, t.contact AS normalised,
      CASE t.direction WHEN 'inbound' THEN t.from_address ELSE t.to_address END AS address
    FROM ticket t JOIN brand b ON b.id = t.brand_id LEFT JOIN customer c ON c.id = t.customer_id
    WHERE t.id = $1 AND t.contact IS NOT NULL AND b.crm_lookup_url <> ''
      AND (c.crm_synced_at IS NULL OR c.crm_synced_at <= now() - b.crm_refresh_seconds * interval '1 second')`,
};

/** How a lookup ended, in the terms of the worker. */
type Ending = { done: true } | { retryInMs: number; error: string } | { failed: string };

/** Looks up the contact of the job's ticket. */
export async function lookUpContact(tools: LookupTools, job: Job): Promise<Ending> {
  const contact = await tools.db.row<Contact>(contactToAsk, [job.ticket_id]);
  const types = await readTypes(tools.db);
  const type = contact && types.find(({ id }) => id === contact.type_id);
  const channelAddressType = type && addressTypeOf(type);
  if (!channelAddressType) return { done: true };
  const { id, brand_id, type_id, address, normalised } = contact;
  const channel = { field: "address", typeId: type_id, typeName: type.name, address, normalised };
  const question = questionAbout(channel, channelAddressType, id);
  const ask = own(tools, types);
  try {
    await whileOutdated(ask, brand_id, question, (mark, results) =>
      take(ask, mark, question.about, contact, results),
    );
  } catch (error) {
    return endingOf(error, job.attempts);
  }
  return { done: true };
}

/** What Dossier does by itself, for no key. */
function own(tools: LookupTools, types: readonly ChannelType[]): Ask {
  const caller = { keyId: 0, name: "", permissions: new Set<never>(), brands: null, source: "crm" as const };
  return { ...tools, caller, operation: lookupKind, about: "customer", types, replayed: false };
}

/** In seconds: when a lookup that failed so often is tried again. */
const pauses = [5, 20, 60, 180, 300];

function endingOf(error: unknown, attempts: number): Ending {
  if (error instanceof Purged) return { done: true };
  if (error instanceof DossierError && ["crm_not_configured", "not_found"].includes(error.code))
    return { done: true }; // switched off, or the brand deleted, meanwhile
  const code = error instanceof CrmFailure || error instanceof DossierError ? error.code : undefined;
  if (code === undefined) throw error;
  const pause = pauses[attempts - 1];
  if (pause === undefined || (error instanceof CrmFailure && error.isFinal)) return { failed: code };
  const { retryAfter = 0 } = error as CrmFailure;
  return { retryInMs: 1000 * Math.max(retryAfter, pause * (0.8 + Math.random() * 0.4)), error: code };
}

async function take(
  ask: Ask,
  mark: Mark,
  about: Parameters<typeof settleResult>[3],
  contact: Contact,
  results: Result[],
): Promise<void> {
  const [only, second] = results;
  if (second) return note(ask, mark, contact, candidatesOf(ask, mark, results));
  if (!only) return;
  try {
    await patiently(() =>
      ask.db.transaction(async (tx) => {
        const { done, found } = await settleResult(tx, ask, mark, about, only);
        const given = await giveTicket(tx, contact, done.held.id);
        const told = { id: done.held.id, outcome: outcomeOf(done, found), fields: done.fields };
        await recordOwn(tx, lookupKind, "customer", told, contact.brand_id);
        await tell(tx, [...syncNews(done, found), ...given]); // last, as in every transaction
      }),
    );
  } catch (error) {
    const conflict =
      error instanceof DossierError ? conflicts.find((code) => code === error.code) : undefined;
    if (!conflict) throw error;
    await note(ask, mark, contact, { crm_conflict: conflict, crm_candidates: null });
  }
}

const tries = 5;

/** Waits for a database that is too busy: the CRM has been asked, and would be asked again for nothing. */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await untilUndisturbed(run);
    } catch (thrown) {
      const error = translate(thrown);
      const isBusy = error instanceof DossierError && error.code === "unavailable";
      if (!isBusy || attempt === tries) throw error;
      await wait(100 * attempt);
    }
  }
}

const conflicts = ["channel_taken", "primary_id_taken", "ambiguous_customer"] as const;

function candidatesOf({ types }: Ask, { brand }: Mark, results: Result[]): Verdict {
  const ids = results.flatMap((result) => mapResult(brand, types, result).primaryId ?? []);
  return { crm_conflict: null, crm_candidates: { count: results.length, primary_ids: [...new Set(ids)] } };
}

async function note(ask: Ask, mark: Mark, contact: Contact, verdict: Verdict): Promise<void> {
  await ask.db.transaction(async (tx) => {
    await noteVerdict(tx, contact.id, verdict);
    await checkPurges(tx, mark);
  });
}

// By then it may be somebody's, by hand or by its address: nobody takes it from them unasked.
const giveWaiting: Statement = {
  name: "crm_give_ticket",
  text: `UPDATE ticket SET customer_id = $3, former_customer_id = NULL
    WHERE id = $1 AND brand_id = $2 AND customer_id IS NULL AND contact IS NOT NULL RETURNING id`,
};

const contactStays: Statement = {
  name: "crm_contact_stays",
  text: "SELECT id FROM ticket WHERE id = $1 AND contact IS NOT NULL FOR KEY SHARE",
};

/** Answers what webhooks are told of it. @throws Purged when the ticket was emptied while the CRM was asked */
async function giveTicket(tx: Tx, { id, brand_id }: Contact, customerId: number): Promise<Happening[]> {
  const given = await tx.row(giveWaiting, [id, brand_id, customerId]);
  if (!(await tx.row(contactStays, [id]))) throw new Purged();
  return given ? [ticketNews(brand_id, customerId, id)] : [];
}
