/**
 * New events, added together: whoever adds one in the same turn of the event loop shares one transaction, whose statements
 * each write for all. Whoever names nobody, or more than one, is left out; when another transaction comes between all of
 * them are, with nothing changed. Then each goes the usual way by itself, and is told what is his alone.
 */
import type { Queries, Statement, Tx } from "../db/database.ts";
import { violated } from "../db/failure.ts";
import type { Gathering } from "../db/gather.ts";
import { type Ask, scopeOf, sees } from "./ask.ts";
import type { Found } from "./customer-who.ts";
import { insertEvents, type Sent } from "./timeline-event-row.ts";
import { claimAll, endAll, Raced, withoutTwins } from "./write.ts";

interface Wish {
  ask: Ask;
  sent: Sent;
}

type Added = NonNullable<Awaited<ReturnType<typeof insertEvents>>[number]>;
type Answer = Omit<Added, "trail" | "news">;

/** The event added together with others, as it is answered; nothing when it must be added by itself. */
export async function addTogether(ask: Ask, sent: Sent): Promise<Answer | undefined> {
  if (sent.customerId === undefined && brandOf(ask, sent) === undefined) return undefined;
  return ask.db.gather(adding, scopeOf(ask.caller)?.join() ?? "all", { ask, sent });
}

/** The brand in which a primary id is looked for, if it can only be one that the caller sees. */
function brandOf({ caller }: Ask, { brandId }: Sent): number | undefined {
  const only = caller.brands?.length === 1 ? caller.brands[0] : undefined;
  return brandId === undefined || !sees(caller, brandId) ? only : brandId;
}

const adding: Gathering<Wish, Answer | undefined> = {
  most: 32,
  atOnce: 2,
  async run(db, all) {
    const answers = await db
      .attempt(
        (tx) => findAll(tx, all),
        (tx, found) => addAll(tx, all, found),
      )
      .catch((error: unknown) => {
        if (error instanceof Raced || violated(error)) return undefined;
        throw error;
      });
    return all.map((wish) => answers?.get(wish));
  },
};

const whoAmong: Statement = {
  name: "customer_who_among",
  text: `SELECT a.n, c.id, c.brand_id, c.primary_id FROM unnest($2::int[], $3::bigint[]) AS a (n, id)
      JOIN customer c ON c.id = a.id WHERE $1::bigint[] IS NULL OR c.brand_id = ANY ($1)
    UNION ALL SELECT a.n, c.id, c.brand_id, c.primary_id
      FROM unnest($4::int[], $5::bigint[], $6::text[]) AS a (n, brand_id, primary_id)
      JOIN customer c ON c.brand_id = a.brand_id AND c.primary_id = a.primary_id`,
};

/** Who is named, by the place of the wish. */
async function findAll(tx: Queries, all: readonly Wish[]): Promise<Map<number, Found>> {
  const [first] = all;
  const named = all.map(({ ask, sent }, n) => ({ ...sent, n, brandId: brandOf(ask, sent) }));
  const byId = named.filter(({ customerId }) => customerId !== undefined);
  const byPrimaryId = named.filter(({ customerId }) => customerId === undefined);
  const rows = await tx.rows<Found & { n: number }>(whoAmong, [
    first ? scopeOf(first.ask.caller) : [],
    byId.map(({ n }) => n),
    byId.map(({ customerId }) => customerId),
    byPrimaryId.map(({ n }) => n),
    byPrimaryId.map(({ brandId }) => brandId),
    byPrimaryId.map(({ primaryId }) => primaryId),
  ]);
  return new Map(rows.map(({ n, ...found }) => [n, found]));
}

async function addAll(
  tx: Tx,
  all: readonly Wish[],
  found: ReadonlyMap<number, Found>,
): Promise<Map<Wish, Answer>> {
  const named = all.flatMap((wish, n) => {
    const customer = found.get(n);
    return customer && isMeant(customer, wish.sent) ? [{ ...wish, wish, customer }] : [];
  });
  const plain = withoutTwins(named);
  const claimed = await claimAll(
    tx,
    plain.map(({ ask }) => ask),
  );
  const events = plain.filter(({ ask }) => claimed.has(ask));
  if (events.length === 0) return new Map();
  const added = await insertEvents(tx, events);
  const parts = events.map(({ ask, customer }, at) => {
    const work = added[at];
    if (!work) throw new Raced(); // a customer has left meanwhile
    return { ask, brandId: customer.brand_id, work };
  });
  const answers = await endAll(tx, parts);
  return new Map(events.map(({ wish }, at) => [wish, answers[at] as Answer]));
}

/** Whether the customer found is what every identifier says. */
function isMeant({ brand_id, primary_id }: Found, { brandId, primaryId }: Sent): boolean {
  return (brandId ?? brand_id) === brand_id && (primaryId ?? primary_id) === primary_id;
}
