/** Events of one turn of the event loop, added together: those of customers whom an id or a primary id names for certain. */
import type { Queries, Statement, Tx } from "../db/database.ts";
import type { Gathering } from "../db/gather.ts";
import { type Ask, scopeOf, sees } from "./ask.ts";
import type { Found } from "./customer-who.ts";
import { insertEvents, type Sent } from "./timeline-event-row.ts";
import { Raced } from "./write.ts";
import { writeTogether } from "./write-together.ts";

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
    const answers = await writeTogether(db, all, {
      look: (tx) => findAll(tx, all),
      choose: (found) => all.filter((wish) => found.has(wish)),
      work: addAll,
    });
    return answers as (Answer | undefined)[];
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

/** Who is named in each wish, if it is somebody and every identifier says so. */
async function findAll(tx: Queries, all: readonly Wish[]): Promise<Map<Wish, Found>> {
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
  const pairs = rows.map(({ n, ...found }) => [all[n] as Wish, found] as const);
  return new Map(pairs.filter(([{ sent }, found]) => isMeant(found, sent)));
}

async function addAll(tx: Tx, wishes: readonly Wish[], found: ReadonlyMap<Wish, Found>) {
  const events = wishes.map((wish) => ({ ...wish, customer: found.get(wish) as Found }));
  const added = await insertEvents(tx, events);
  return events.map(({ ask, customer }, at) => {
    const work = added[at];
    if (!work) throw new Raced(); // a customer has left meanwhile
    return { ask, brandId: customer.brand_id, work };
  });
}

/** Whether the customer found is what every identifier says. */
function isMeant({ brand_id, primary_id }: Found, { brandId, primaryId }: Sent): boolean {
  return (brandId ?? brand_id) === brand_id && (primaryId ?? primary_id) === primary_id;
}
