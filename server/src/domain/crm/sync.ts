/**
 * Operation 15: repeats the CRM lookup of a customer and applies one result. The request is sent between transactions;
 * if the brand's settings change meanwhile, or a customer is purged, it is repeated instead of using a stale response.
 */
import {
  type Api,
  builtinTypeId,
  type DecodedChannel,
  type Decoded,
  DossierError,
  findType,
  invalid,
  normaliseAddress,
  type Output,
} from "@dossier/api";
import { type RequestContext, wireNameOf } from "../context.ts";
import { CrmError, type CrmResult } from "./response.ts";
import { type CrmBrand, findCrmBrand, lookUp } from "./client.ts";
import { type LookupSnapshot, takeSnapshot, SnapshotStale, CustomerPurged } from "./snapshot.ts";
import type { LookupQuery } from "./query.ts";
import { applyingResult, type Lookup, type LookupSubject, outcomeOf, syncEvents } from "./apply.ts";
import { resultEnvelope, skippedOf } from "../customer/result.ts";
import { assertNoPlaceholder } from "../customer/identify.ts";
import { type Call, defineCommand, run } from "../command.ts";
import { findStoredResponse } from "../idempotency.ts";

type SyncInput = Decoded<Api["customer"]["syncWithCrm"]>;
type SyncResponse = Output<Api["customer"]["syncWithCrm"]>;

/** Operation 15. */
export async function syncWithCrm(ctx: RequestContext, input: SyncInput): Promise<SyncResponse> {
  const request = lookupRequest(ctx, input);
  const again = await findStoredResponse<SyncResponse>(ctx.db, ctx);
  if (again) return again;
  try {
    return await retryWhileStale(ctx, input.brandId, request, (mark, results) =>
      applySync(ctx, mark, request, results),
    );
  } catch (error) {
    throw error instanceof CrmError ? toDossierError(error) : error;
  }
}

/** The subject of a lookup, on the wire and among our customers. */
export interface LookupRequest {
  query: LookupQuery;
  subject: LookupSubject;
}

/**
 * The lookup that a call requests.
 *
 * @throws DossierError `invalid_field` if it is no address of the channel, or also has a primary id
 */
export function lookupRequest(
  ctx: RequestContext,
  { channel = "phoneNumber", address, primaryId }: Omit<SyncInput, "brandId">,
): LookupRequest {
  if (primaryId !== undefined && address !== undefined)
    throw invalid([
      { field: wireNameOf(ctx, "address"), message: "cannot be sent together with a primary id" },
    ]);
  if (primaryId !== undefined) return { query: { by: "primaryId", primaryId }, subject: { primaryId } };
  const type = findType(ctx.channelTypes, channel);
  if (type?.id !== builtinTypeId.email && type?.id !== builtinTypeId.telephone)
    throw invalid([
      { field: wireNameOf(ctx, "channel"), message: "must be phoneNumber, telephone or email" },
    ]);
  const field = wireNameOf(ctx, "address");
  const read = normaliseAddress(type.rule, address ?? "");
  if ("fault" in read) throw invalid([{ field, message: read.fault }]);
  return addressLookup(
    { field, typeId: type.id, typeName: type.name, ...read },
    type.id === builtinTypeId.email ? "email" : "phoneNumber",
  );
}

export function addressLookup(
  channel: DecodedChannel,
  channelAddressType: "email" | "phoneNumber",
  ticketId?: number,
): LookupRequest {
  const query: LookupQuery = { by: "address", channelAddressType, address: channel.address, ticketId };
  return { query, subject: { channel } };
}

const maxRounds = 4;

/**
 * Sends the request, and repeats it while the snapshot is stale.
 *
 * @throws CrmError if the CRM does not answer; the errors of `use`
 */
export async function retryWhileStale<T>(
  ctx: RequestContext,
  brandId: number,
  { query, subject }: LookupRequest,
  use: (snapshot: LookupSnapshot, results: CrmResult[]) => Promise<T>,
): Promise<T> {
  for (let round = 1; ; round += 1) {
    const brand = await findCrmBrand(ctx, brandId);
    assertConfigured(brand);
    assertNoPlaceholder(ctx, brand, "primaryId", subject.primaryId);
    const phones = ctx.channelTypes.filter(({ rule }) => rule === "phone").map(({ id }) => id);
    const { email } = builtinTypeId;
    const typeIds = subject.channel && (subject.channel.typeId === email ? [email] : phones);
    const mark = await takeSnapshot(ctx.db, brand, {
      ...(typeIds ? { typeIds, normalised: subject.channel?.normalised ?? null } : {}),
      primaryId: subject.primaryId ?? null,
    });
    try {
      return await use(mark, await lookUp(ctx, brand, query));
    } catch (error) {
      if (!(error instanceof SnapshotStale)) throw error;
      if (round === maxRounds)
        throw new DossierError(
          "unavailable",
          "The brand's settings keep changing, or customers of it are being purged; try again.",
          {
            retryAfter: 5,
            cause: error,
          },
        );
    }
  }
}

function assertConfigured({ crm_lookup_url }: CrmBrand): void {
  if (crm_lookup_url === "")
    throw new DossierError("crm_not_configured", "This brand has no CRM: set its crm_lookup_url.");
}

function toDossierError({ code, message, retryAfter }: CrmError): DossierError {
  return new DossierError(code, message, retryAfter === undefined ? {} : { retryAfter });
}

const application = defineCommand({
  ...applyingResult,
  name: "customer.sync",
  respond: (_: Call<Lookup>, { change, skipped }) => ({
    ...resultEnvelope("Customer synced.", outcomeOf(change), change.customer, change.fields),
    ...(skipped.length > 0 ? { skipped } : {}),
    ...skippedOf(change),
    events: syncEvents(change),
  }),
});

async function applySync(
  ctx: RequestContext,
  snapshot: LookupSnapshot,
  { subject }: LookupRequest,
  results: CrmResult[],
): Promise<SyncResponse> {
  const [result, second] = results;
  if (second) throw ambiguousResult(results.length, subject);
  if (!result) return unknownCustomer("The CRM has no matching person.");
  try {
    return await run(application, ctx, { snapshot, subject, result });
  } catch (error) {
    if (error instanceof CustomerPurged)
      return unknownCustomer("The customer was purged while the CRM was asked.");
    throw error;
  }
}

/** Why several results cannot be applied. */
function ambiguousResult(count: number, subject: LookupSubject): DossierError {
  const by = subject.channel ? "by this address" : "by this primary id";
  const message = `The CRM knows ${count} ${by}; which of them is meant is not guessed.`;
  return new DossierError("crm_several_results", message, { conflict: { count } });
}

/** No customer: nothing to write or to store for a retry. */
function unknownCustomer(message: string): SyncResponse {
  return { type: "result", message, id: null, outcome: "unknown" };
}
