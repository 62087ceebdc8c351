/**
 * Matching of operation 3: which customer a call means. The customer with the primary id comes first, then the owner of the
 * search value, then the owner of an address that is to be added. Only one customer is locked for a call, and only after
 * it is known which; then everything is looked up once more, under the lock.
 */
import type { DecodedChannel } from "@dossier/api";
import type { Tx } from "../../db/database.ts";
import { addressKey } from "../address.ts";
import { type Call, ConcurrentChangeError } from "../command.ts";
import type { Brand } from "../brand/row.ts";
import type { Owners, SkippedChannel } from "./change.ts";
import { channelTakenError, findOwners } from "./channels.ts";
import { type CustomerFacts, readFacts, type SentCustomer } from "./facts.ts";
import { ambiguousCustomerError } from "./identify.ts";
import type { LockedWithFacts } from "./plan.ts";
import { type AddressMatch, findManyByAddress } from "./read.ts";

/** What says which customer is meant. */
export interface MatchInput extends SentCustomer {
  searchValue?: string | undefined;
}

type MatchCall = Call<MatchInput>;

/** The owners of search values, by what was sent. */
type SearchMatches = ReadonlyMap<MatchInput, readonly AddressMatch[]>;

/** What matching goes by: as it was before the customers were locked, and after. */
export interface MatchFacts extends CustomerFacts {
  before: { owners: Owners; searched: SearchMatches };
  searched: SearchMatches;
}

/** Reads who is meant by each call, locks those customers, and reads it once more. */
export async function readMatches(
  tx: Tx,
  brandId: number,
  calls: readonly MatchCall[],
  readBrand: (tx: Tx) => Promise<Brand | undefined>,
): Promise<MatchFacts> {
  const sent = calls.map(({ input }) => input);
  const [brand, owners, searched] = await Promise.all([
    readBrand(tx),
    findOwners(tx, brandId, {
      primaryIds: sent.flatMap(({ primaryId }) => primaryId ?? []),
      addresses: sent.flatMap(({ channels = [] }) => channels),
    }),
    searchAll(tx, brandId, calls),
  ]);
  const before = { owners, searched };
  const matched = new Map(calls.map((call) => [call, brand ? idOf(brand, call, before) : undefined]));
  const ids = [...new Set([...matched.values()].flatMap((id) => id ?? []))];
  const withIds = calls.map((call) => ({ ...call.input, customerId: matched.get(call) }));
  const [facts, searchedAgain] = await Promise.all([
    readFacts(tx, {
      brandId,
      ids,
      sent: withIds,
      brand,
      needsBrand: true,
      owners: ids.length === 0 ? owners : undefined,
    }),
    ids.length === 0 ? searched : searchAll(tx, brandId, calls),
  ]);
  return { ...facts, before, searched: searchedAgain };
}

async function searchAll(tx: Tx, brandId: number, calls: readonly MatchCall[]): Promise<SearchMatches> {
  const searching = calls.filter(({ input }) => input.searchValue !== undefined);
  if (searching.length === 0) return new Map();
  const found = await findManyByAddress(
    tx,
    [brandId],
    searching.map(({ ctx: { channelTypes }, input }) => ({
      channelTypes,
      value: input.searchValue as string,
    })),
  );
  return new Map(searching.map(({ input }, at) => [input, found[at] ?? []]));
}

/** The customer that a call means; none where the rules refuse the call, which the plan does. */
function idOf(brand: Brand, call: MatchCall, before: MatchFacts["before"]): number | undefined {
  try {
    return matchOf(brand, call, before).id;
  } catch {
    return undefined;
  }
}

/**
 * The customer under lock that a call means, if there is one, and the addresses that other customers keep.
 *
 * @throws ConcurrentChangeError when it is another customer now than before the lock
 */
export function findMatch(
  call: MatchCall,
  facts: MatchFacts,
): { found: LockedWithFacts | undefined; kept: readonly SkippedChannel[] } {
  const brand = facts.brand as Brand;
  const { id, kept } = matchOf(brand, call, facts);
  if (id === undefined) {
    if (idOf(brand, call, facts.before) !== undefined) throw new ConcurrentChangeError();
    return { found: undefined, kept };
  }
  const customer = facts.locked.get(id);
  const { primaryId } = call.input;
  if (!customer || idOf(brand, call, facts.before) !== id) throw new ConcurrentChangeError();
  if (facts.owners.byPrimaryId.get(primaryId ?? "") === id && customer.primary_id !== primaryId)
    throw new ConcurrentChangeError();
  const found = {
    customer,
    own: facts.channels.get(id) ?? [],
    sizes: facts.sizes.get(id),
    owners: facts.owners,
    takenAddress: brand.taken_address,
  };
  return { found, kept };
}

/** The rules of matching. @throws DossierError when the match is ambiguous, or an address belongs to a customer with another primary id */
function matchOf(
  brand: Brand,
  { input }: MatchCall,
  { owners, searched }: { owners: Owners; searched: SearchMatches },
): { id: number | undefined; kept: readonly SkippedChannel[] } {
  const { primaryId } = input;
  const byId = primaryId === undefined ? undefined : owners.byPrimaryId.get(primaryId);
  if (byId !== undefined) return { id: byId, kept: [] };
  const matches = searched.get(input);
  const bySearch = matches && brand.search_by_channel ? matchSearchValue(input, matches) : undefined;
  return bySearch === undefined ? matchAddress(brand, input, owners) : { id: bySearch, kept: [] };
}

function hasOther(owner: { primary_id: string | null }, primaryId: string | undefined): boolean {
  return primaryId !== undefined && owner.primary_id !== null && owner.primary_id !== primaryId;
}

function matchSearchValue(
  { primaryId }: MatchInput,
  [first, second]: readonly AddressMatch[],
): number | undefined {
  if (second)
    throw ambiguousCustomerError(
      "Two customers hold this address, on channels of different types: send primary_id.",
    );
  return first && !hasOther(first, primaryId) ? first.id : undefined;
}

const priority = [
  "customer_link_channel",
  "extra_email",
  "extra_telephone",
  "extra_twitter",
  "extra_facebook",
];

function rankOf(channel: DecodedChannel): number {
  const at = priority.indexOf(channel.field.toLowerCase());
  return at < 0 ? priority.length : at;
}

/** The first address with an owner decides, unless its owner has another primary id: that is refused, or left with it. */
function matchAddress(brand: Brand, { primaryId, channels = [] }: MatchInput, { byAddress }: Owners) {
  const ranked = [...channels].sort((a, b) => rankOf(a) - rankOf(b));
  const owned = ranked.flatMap((channel) => {
    const owner = byAddress.get(addressKey(channel));
    const { field, address } = channel;
    return owner ? [{ owner, shown: { field, address, customer_id: owner.customer_id } }] : [];
  });
  const others = owned.filter(({ owner }) => hasOther(owner, primaryId));
  const [first] = brand.taken_address === "skip" ? owned.filter((one) => !others.includes(one)) : owned;
  if (first && others.includes(first)) throw channelTakenError(others.map(({ shown }) => shown));
  return { id: first?.owner.customer_id, kept: others.map(({ shown }) => shown) };
}
