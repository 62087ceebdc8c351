/** Operation 14: adding events. An event with the caller's own id for it is added once, however often it is sent. */
import type { Ask } from "../context.ts";
import { findWho } from "../customer/identify.ts";
import { insertEvents, type Sent } from "./row.ts";
import { addTogether } from "../timeline-event-together.ts";
import { Raced, write } from "../command.ts";

/** Operation 14. */
export async function addEvent(ask: Ask, sent: Sent) {
  return (await addTogether(ask, sent)) ?? (await addAlone(ask, sent));
}

function addAlone(ask: Ask, sent: Sent) {
  return write(ask, async (tx) => {
    const customer = await findWho(tx, ask, sent);
    const [answer] = await insertEvents(tx, [{ ask, customer, sent }]);
    if (!answer) throw new Raced(); // the customer has left meanwhile
    return answer;
  });
}
