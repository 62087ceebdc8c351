/** Events of one turn of the event loop, added together: those of customers whom an id or a primary id names for certain. */
import type { Tx } from "../db/database.ts";
import type { Gathering } from "./batcher.ts";
import { type Ask, scopeOf } from "./context.ts";
import { findAmong, type Found, isFoundAmong, type Naming } from "./customer/identify.ts";
import { insertEvents, type Sent } from "./timeline/row.ts";
import { Raced } from "./command.ts";
import { writeTogether } from "./command-batch.ts";

interface Wish extends Naming {
  who: Sent;
}

type Added = NonNullable<Awaited<ReturnType<typeof insertEvents>>[number]>;
type Answer = Omit<Added, "trail" | "news">;

/** The event added together with others, as it is answered; nothing when it must be added by itself. */
export async function addTogether(ask: Ask, sent: Sent): Promise<Answer | undefined> {
  const wish = { ask, who: sent };
  if (!isFoundAmong(wish)) return undefined;
  return ask.db.gather(adding, scopeOf(ask.caller)?.join() ?? "all", wish);
}

const adding: Gathering<Wish, Answer | undefined> = {
  most: 32,
  atOnce: 2,
  async run(db, all) {
    const answers = await writeTogether(db, all, {
      look: (tx) => findAmong(tx, all),
      choose: (found) => all.filter((wish) => found.has(wish)),
      work: addAll,
    });
    return answers as (Answer | undefined)[];
  },
};

async function addAll(tx: Tx, wishes: readonly Wish[], found: ReadonlyMap<Wish, Found>) {
  const events = wishes.map((wish) => ({
    ask: wish.ask,
    sent: wish.who,
    customer: found.get(wish) as Found,
  }));
  const added = await insertEvents(tx, events);
  return events.map(({ ask, customer }, at) => {
    const work = added[at];
    if (!work) throw new Raced(); // a customer has left meanwhile
    return { ask, brandId: customer.brand_id, work };
  });
}
