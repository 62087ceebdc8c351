/**
 * What a CRM tells of one customer, taken over: operation 3 with these fields and the address asked for, in one
 * transaction, with the CRM as the source. What people and programs have set stays, unless the brand says `crm_wins`.
 */
import type { ChannelSent } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import type { Ask } from "../context.ts";
import { CrmFailure, mapResult, once, type Result, type Skipped } from "./response.ts";
import { type CrmBrand, findCrmBrand } from "./client.ts";
import { checkPurges, checkSettings, type Mark } from "./snapshot.ts";
import type { Change, Done } from "../customer/update.ts";
import { type CustomChange, readFitting } from "../customer/custom-values.ts";
import { customerNews, newsOf } from "../customer/notifications.ts";
import { settle } from "../customer/resolve.ts";
import { type Held, type OwnFields, columnNames } from "../customer/row.ts";
import type { Happening } from "../outbox.ts";

/** Whom a result is about, beside what it says itself. */
export interface About {
  /** the address asked for */
  channel?: ChannelSent | undefined;
  primaryId?: string | undefined;
}

/** What came of a result. */
export interface Settled {
  done: Done;
  found: boolean;
  skipped: Skipped[];
}

/**
 * Takes a result over.
 *
 * @throws Outdated or Purged when the world is another than the one the CRM was asked in; DossierError on a conflict
 */
export async function settleResult(
  tx: Tx,
  ask: Ask,
  mark: Mark,
  about: About,
  result: Result,
): Promise<Settled> {
  const now = await findCrmBrand({ db: tx, caller: ask.caller }, mark.brand.id);
  checkSettings(mark, now);
  const brand: CrmBrand = { ...now, search_by_channel: true };
  const as: Ask = { ...ask, caller: { ...ask.caller, source: "crm" } };
  const mapped = mapResult(brand, ask.types, result);
  const { skipped } = mapped;
  if (about.primaryId !== undefined && (mapped.primaryId ?? about.primaryId) !== about.primaryId)
    throw new CrmFailure("The CRM answered with another primary id than the one it was asked for.");
  const primaryId = about.primaryId ?? mapped.primaryId;
  const channels = once([...(about.channel ? [about.channel] : []), ...mapped.channels]);
  const meaning = { primaryId, channels, searchValue: about.channel?.address };
  const settled = await settle(tx, as, brand, meaning, async (held) => {
    const customs = await readFitting(tx, brand, mapped.custom);
    for (const { field, message } of customs.faults) skipped.push({ field, message });
    const { firstname, lastname } = mapped;
    const change = { fields: { primaryId, firstname, lastname }, customs: customs.changes, channels };
    return held && !brand.crm_wins ? withoutSet(tx, held, change, skipped) : change;
  });
  await tx.rows(noteSync, [settled.done.held.id, brand.id]);
  await checkPurges(tx, mark);
  return { ...settled, skipped };
}

/** What came of it, in a word. */
export function outcomeOf(done: Done, found: boolean): "created" | "updated" | "unchanged" {
  if (!found) return "created";
  return done.changed ? "updated" : "unchanged";
}

/** What webhooks are told of it: what it did to the customer, and that there was a lookup. */
export function syncNews(done: Done, found: boolean): Happening[] {
  const synced = customerNews("customer.synced", done.held, outcomeOf(done, found), done.fields);
  return [...newsOf(done, !found), synced];
}

const noteSync: Statement = {
  name: "crm_note_sync",
  text: "UPDATE customer SET crm_synced_at = clock_timestamp() WHERE id = $1 AND brand_id = $2",
};

const originsOf: Statement = {
  name: "crm_origins",
  text: `SELECT provenance, (SELECT coalesce(json_object_agg(field_id, json_build_array(source, value)), '{}')
      FROM custom_value WHERE customer_id = $1 AND field_id = ANY ($2::bigint[])) AS customs
    FROM customer WHERE id = $1 AND brand_id = $3`,
};

interface Origins {
  provenance: Record<string, [source: string]>;
  customs: Record<string, [source: string, value: string]>;
}

/** The change without what would overwrite something that a person or a program has set. */
async function withoutSet(tx: Tx, held: Held, change: Change, skipped: Skipped[]): Promise<Change> {
  const values = [held.id, change.customs.map(({ fieldId }) => fieldId), held.brand_id];
  const { provenance, customs } = (await tx.row<Origins>(originsOf, values)) as Origins;
  const skip = (field: string) =>
    skipped.push({ field, message: "was set by a person or a program, and the brand does not say crm_wins" });
  const fields: OwnFields = { primaryId: change.fields.primaryId };
  for (const name of ["firstname", "lastname"] as const) {
    const value = change.fields[name];
    if (value === undefined || value === held[name]) continue;
    if (held[name] === "" || provenance[columnNames[name]]?.[0] === "crm") fields[name] = value;
    else skip(name);
  }
  const isFree = ({ fieldId, name, value }: CustomChange) => {
    const [source, before] = customs[fieldId] ?? ["crm", ""];
    if (source === "crm" || before === value) return true;
    skip(`custom_${name}`);
    return false;
  };
  return { ...change, fields, customs: change.customs.filter(isFree) };
}
