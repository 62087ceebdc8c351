/** What the workers have counted, as the primary knows it; of those that have ended, what they told last. */
import { within } from "../deadline.ts";
import { addUp, lastingCounts, type Snapshot } from "../metrics.ts";
import type { Member } from "./worker-pool.ts";

/** How long a worker that does not answer is waited for, in milliseconds. */
const patience = 1000;

/** The counts of a crew. */
export class Totals {
  readonly #latest = new Map<Member, Snapshot>();
  #departed: Promise<Snapshot> = Promise.resolve([]);

  /** Takes down what one of them has, and asks the others. */
  async exchange(reader: Member, own: Snapshot, members: Iterable<Member>): Promise<Snapshot[]> {
    this.#latest.set(reader, own);
    const others = [...members].filter((member) => member !== reader);
    const counts = await Promise.all(others.map((member) => this.#ask(member)));
    return [...counts, await this.#departed];
  }

  /** Keeps what must not fall when a worker ends. */
  leave(member: Member): void {
    const last = lastingCounts(this.#latest.get(member) ?? []);
    this.#latest.delete(member);
    this.#departed = this.#departed.then((before) => addUp([before, last]).getMetricsAsJSON());
  }

  async #ask(member: Member): Promise<Snapshot> {
    const known = this.#latest.get(member) ?? [];
    const told = member.line.ask("counts").then((counts) => {
      if (!member.isGone) this.#latest.set(member, counts);
      return counts;
    });
    return within(
      patience,
      told.catch(() => []), // it has ended: what it told last stands among those that have
      known,
    );
  }
}
