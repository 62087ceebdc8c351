/** What calls about one customer answer. */
import type { Outcome } from "@dossier/api";
import type { ChangeResult, SkippedChannel } from "./change.ts";
import type { LockedCustomer } from "./row.ts";

/** The result envelope about a customer, and its entry in the audit trail. */
export function resultEnvelope(
  message: string,
  outcome: Outcome,
  { id, brand_id, version }: LockedCustomer,
  fields: readonly string[] = [],
) {
  const audit = { brandId: brand_id, fields };
  return { type: "result" as const, message, id, outcome, version, audit };
}

/** `skipped_channels`, when there are any. */
export function skippedOf({ skipped }: Pick<ChangeResult, "skipped">): {
  skipped_channels?: SkippedChannel[];
} {
  return skipped.length > 0 ? { skipped_channels: [...skipped] } : {};
}

/** What the same change does that comes right after it: nothing. */
export function repetitionOf(result: ChangeResult): ChangeResult {
  return { ...result, isNew: false, changed: false, fields: [], newChannelIds: [], tickets: [] };
}
