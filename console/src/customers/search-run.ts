/**
 * Run of a search: the requests of one search box. The first letter is sent at once, then at most one request every 30 ms
 * with the newest text, each aborting the one before; answers out of order are dropped by number. Invariant: `settled` waits
 * for the answer to the text as typed, also while that text has not been sent yet.
 */
import type { Customer, Page } from "@dossier/api";

const pauseMs = 30;

export interface Filter {
  brandId?: number | undefined;
}

export type Hit = Customer;

export interface Found {
  hits: Hit[];
  total: number;
  nextCursor: string | null;
  /** the text that the hits answer */
  text: string;
}

/** Asks for the hits of a text. */
type Ask = (text: string, filter: Filter, signal: AbortSignal, cursor?: string) => Promise<Page<Hit>>;

export type Outcome = { found: Found } | { error: unknown };

/** The requests of one search box. */
export class SearchRun {
  readonly #ask: Ask;
  readonly #tell: (outcome: Outcome) => void;
  #number = 0;
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSent = 0;
  #wanted: { text: string; filter: Filter } | undefined;
  #found: Found | undefined;
  #waiting: (() => void)[] = [];
  #isDone = true;
  #isReadingMore = false;

  constructor(ask: Ask, tell: (outcome: Outcome) => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  isWaiting(): boolean {
    return !this.#isDone;
  }

  start(typed: string, filter: Filter, isAgain = false): void {
    const text = typed.trim();
    const same = this.#wanted?.text === text && this.#wanted.filter.brandId === filter.brandId;
    if (same && !isAgain) return;
    this.#wanted = { text, filter };
    this.#isDone = false;
    clearTimeout(this.#timer);
    const rest = this.#lastSent + pauseMs - performance.now();
    if (rest <= 0) void this.#send();
    else this.#timer = setTimeout(() => void this.#send(), rest);
  }

  async #send(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#lastSent = performance.now();
    this.#number += 1;
    const number = this.#number;
    this.#abort?.abort();
    this.#abort = new AbortController();
    let outcome: Outcome;
    try {
      const page = await this.#ask(wanted.text, wanted.filter, this.#abort.signal);
      outcome = {
        found: { hits: page.items, total: page.itemTotal, nextCursor: page.nextCursor, text: wanted.text },
      };
    } catch (error) {
      outcome = { error };
    }
    if (number !== this.#number) return; // a newer text has been sent
    if ("found" in outcome) this.#found = outcome.found;
    this.#tell(outcome);
    if (this.#wanted !== wanted) return; // a newer text waits for its turn, and Enter for its answer
    this.#isDone = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async settled(): Promise<Hit[]> {
    while (!this.#isDone) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#found?.hits ?? [];
  }

  more(): void {
    const [found, wanted] = [this.#found, this.#wanted];
    if (!found?.nextCursor || !wanted || this.#isReadingMore || !this.#isDone) return;
    this.#isReadingMore = true;
    const number = this.#number;
    this.#ask(wanted.text, wanted.filter, new AbortController().signal, found.nextCursor)
      .then((page) => {
        if (number !== this.#number) return;
        this.#found = { ...found, hits: [...found.hits, ...page.items], nextCursor: page.nextCursor };
        this.#tell({ found: this.#found });
      })
      .catch((error: unknown) => this.#tell({ error }))
      .finally(() => {
        this.#isReadingMore = false;
      });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#number += 1;
    this.#wanted = undefined; // a page that is shown again begins anew
    this.#isDone = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
