/** New tickets of one turn of the event loop and one brand, opened together. */
import type { Gathering } from "./batcher.ts";
import { type Ask, sees } from "./context.ts";
import { findBrand } from "./brand/brand.ts";
import { answerOf, type NewTicket, type OpenTicket, openTickets } from "./ticket/create.ts";
import { writeTogether } from "./command-batch.ts";

interface Wish {
  ask: Ask;
  brandId: number;
  ticket: NewTicket;
}

type Answer = Omit<ReturnType<typeof answerOf>, "trail" | "news">;

/** The ticket opened together with others, as it is answered; nothing when it must be opened by itself. */
export async function openTogether(
  ask: Ask,
  brandId: number,
  ticket: NewTicket,
): Promise<Answer | undefined> {
  if (!sees(ask.caller, brandId)) return undefined;
  return ask.db.gather(opening, String(brandId), { ask, brandId, ticket });
}

const opening: Gathering<Wish, Answer | undefined> = {
  most: 32,
  atOnce: 2,
  async run(db, all) {
    const [{ ask, brandId }] = all as readonly [Wish];
    const answers = await writeTogether(db, all, {
      look: (tx) => findBrand(tx, ask.caller, brandId),
      choose: () => all,
      work: async (tx, wishes, brand) => {
        const made = await openTickets(
          tx,
          brand,
          wishes.map(({ ticket }) => ticket),
        );
        return wishes.map((wish, at) => ({
          ask: wish.ask,
          brandId,
          work: answerOf(brandId, made[at] as OpenTicket),
        }));
      },
    });
    return answers as (Answer | undefined)[];
  },
};
