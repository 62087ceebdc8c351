// Random histories of a brand's customers, tickets and addresses, with a model that says whose each word is. The model
// knows the rules only: a ticket is its customer's; a deletion keeps it for that customer; a call that names it gives it
// to another; a purge leaves no word.
import type { RawClient as Client } from "@dossier/api";

type Random = (count: number) => number;

interface Person {
  id: number;
  state: "live" | "deleted" | "purged";
  /** an address that only this person ever has; it is one of the person's words */
  own: string;
  /** channels by `type address`, with the id of the row */
  channels: Map<string, number>;
  /** every address that the person has or had, a number once for all types */
  had: Set<string>;
}

interface Case {
  id: number;
  /** type and address of the contact */
  key: string;
  customer: Person | undefined;
  /** the deleted customer whose restore it waits for */
  former: Person | undefined;
  /** the customers from whom a call took it while they were deleted */
  claims: Set<Person>;
  /** the customers from whom a call took it */
  taken: Set<Person>;
  /** the customers to whom a call gave it */
  given: Set<Person>;
  words: { text: string; owner: Person | undefined }[];
}

/** Random numbers below a count, the same for the same seed. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}

export class History {
  readonly people: Person[] = [];
  readonly cases: Case[] = [];
  readonly steps: string[] = [];
  readonly faults: string[] = [];
  readonly #random: Random;
  readonly #pool: readonly string[];
  #words = 0;

  readonly client: Client;
  readonly brandId: number;
  /** erases a deleted customer as if its thirty days were over */
  readonly expire: (id: number) => Promise<void>;

  constructor(client: Client, brandId: number, seed: number, expire: (id: number) => Promise<void>) {
    this.client = client;
    this.brandId = brandId;
    this.expire = expire;
    this.#random = randomOf(seed);
    const number = `+49${String(brandId).padStart(7, "0")}`;
    const [one, two] = ["one", "two"].map((name) => `email ${name}@b${brandId}.example`) as [string, string];
    this.#pool = [
      one,
      two,
      `telephone ${number}`,
      `whatsapp ${number}`,
      `sms ${number}`,
      `livechat chat${brandId}`,
    ];
  }

  /** Does so many random steps; checks what can be read after each purge and at the end. */
  async run(count: number): Promise<void> {
    await this.create();
    for (let step = 0; step < count; step += 1) await this.#step();
    await this.checkReads();
  }

  async #step(): Promise<void> {
    const acts: [number, () => Promise<void>][] = [
      [2, () => this.create()],
      [4, () => this.addChannel()],
      [2, () => this.removeChannel()],
      [5, () => this.openTicket()],
      [3, () => this.write()],
      [1, () => this.addEvent()],
      [4, () => this.remove()],
      [2, () => this.restore()],
      [2, () => this.purge()],
      [2, () => this.give()],
    ];
    let at = this.#random(acts.reduce((all, [weight]) => all + weight, 0));
    for (const [weight, act] of acts) {
      at -= weight;
      if (at < 0) return act();
    }
  }

  #one<T>(some: readonly T[]): T | undefined {
    return some[this.#random(Math.max(some.length, 1))];
  }

  #in(...states: Person["state"][]): Person | undefined {
    return this.#one(this.people.filter(({ state }) => states.includes(state)));
  }

  #word(): string {
    return `zq${this.brandId}k${(this.#words += 1)}z`;
  }

  #holder(key: string): Person | undefined {
    return this.people.find(({ state, channels }) => state === "live" && channels.has(key));
  }

  /** A pooled address that no customer has, most often one that a deleted customer had. */
  #free(): string | undefined {
    const free = this.#pool.filter((key) => !this.#holder(key));
    const had = free.filter((key) =>
      this.people.some(({ state, channels }) => state === "deleted" && channels.has(key)),
    );
    return this.#one(had.length > 0 && this.#random(4) > 0 ? had : free);
  }

  /** A pooled address, most often one that a customer has, or one that belongs to a person alone. */
  #key(): string {
    const person = this.#random(4) === 0 ? this.#in("live", "deleted") : undefined;
    const held = this.#pool.filter((key) => this.#holder(key));
    if (!person && held.length > 0 && this.#random(3) > 0) return this.#one(held) as string;
    return person ? `email ${person.own}` : (this.#one(this.#pool) as string);
  }

  #own(one: Case, owner: Person | undefined): string {
    const text = this.#word();
    one.words.push({ text, owner });
    return text;
  }

  async create(): Promise<void> {
    const own = `${this.#word()}@example.org`;
    const key = this.#free();
    const keys = [`email ${own}`, ...(key ? [key] : [])];
    const channels = keys.map(channelOf);
    const { id } = await this.client.customer.create({ brandId: this.brandId, firstname: "Ada", channels });
    const person: Person = { id, state: "live", own, channels: new Map(), had: new Set() };
    this.people.push(person);
    this.steps.push(`create ${id} ${keys.join()}`);
    await this.#take(person, keys, true);
  }

  /** What the model knows after a customer got addresses: their ticket, if they wait for no other. */
  async #take(person: Person, keys: readonly string[], links: boolean): Promise<void> {
    const { item } = await this.client.customer.find({ id: person.id });
    person.channels = new Map(item.channels.map((one) => [`${one.channel_name} ${one.address}`, one.id]));
    for (const key of person.channels.keys()) person.had.add(anyType(key));
    if (!links) return;
    for (const one of this.cases)
      if (!one.customer && !one.former && keys.includes(one.key) && !isOfDeleted(one)) {
        one.customer = person;
        for (const word of one.words) word.owner ??= person;
      }
    await this.#checkReadsOf(person);
  }

  async addChannel(): Promise<void> {
    const person = this.#in("live");
    const key = this.#random(4) === 0 && person ? `email ${person.own}` : this.#free();
    if (!person || !key) return;
    const noSync = this.#random(4) === 0;
    this.steps.push(`channel ${person.id} ${key} ${noSync}`);
    await this.client.customer.addChannels({ customerId: person.id, channels: [channelOf(key)], noSync });
    await this.#take(person, [key], !noSync);
  }

  async removeChannel(): Promise<void> {
    const person = this.#in("live");
    const found = person && this.#one([...person.channels]);
    if (!found) return;
    this.steps.push(`remove channel ${person.id} ${found[0]}`);
    await this.client.customer.removeChannel({ id: found[1] });
    person.channels.delete(found[0]);
  }

  async openTicket(): Promise<void> {
    const key = this.#key();
    const { type, address } = channelOf(key);
    const customer = this.#holder(key);
    const one: Case = {
      id: 0,
      key,
      customer,
      former: undefined,
      claims: new Set(),
      taken: new Set(),
      given: new Set(),
      words: [],
    };
    // An address that one person alone ever has tells whose a ticket is, also while no customer has it.
    const owner = customer ?? this.people.find(({ own, state }) => own === address && state !== "purged");
    const texts = { fromName: this.#own(one, owner), title: this.#own(one, owner) };
    const to = this.#random(3) === 0 ? (this.#in("live", "deleted")?.own ?? "") : "desk@example.org";
    const sent = { brandId: this.brandId, channel: type, ...texts, from: address, to };
    const opened = await this.client.ticket.create(sent);
    one.id = opened.id;
    this.steps.push(`ticket ${one.id} from ${key} to ${to}: ${opened.customer_id}`);
    if (opened.customer_id !== (customer?.id ?? null))
      this.faults.push(`ticket ${one.id} is ${opened.customer_id}'s`);
    this.cases.push(one);
  }

  async write(): Promise<void> {
    const one = this.#one(this.cases);
    if (!one) return;
    const text = this.#own(one, one.customer ?? one.former);
    const isNote = this.#random(3) === 0;
    const toAddress = !isNote && this.#random(3) === 0 ? this.#in("live", "deleted")?.own : undefined;
    this.steps.push(`message in ${one.id} to ${toAddress}`);
    const type = isNote ? "note" : "email";
    await this.client.message.create({
      ticketId: one.id,
      type,
      message: text,
      ...(toAddress ? { toAddress } : {}),
    });
  }

  async addEvent(): Promise<void> {
    const [person, other] = [this.#in("live"), this.#in("live", "deleted")];
    if (!person || !other) return;
    this.steps.push(`event of ${person.id} by ${other.own}`);
    const initiatedBy = this.#random(2) === 0 ? other.own : `Xen <${other.own.toUpperCase()}>`;
    await this.client.customer.addEvent({ customerId: person.id, message: "paid", initiatedBy });
  }

  async remove(): Promise<void> {
    const person = this.#in("live");
    if (!person) return;
    this.steps.push(`delete ${person.id}`);
    await this.client.customer.delete({ id: person.id });
    person.state = "deleted";
    for (const one of this.cases)
      if (one.customer === person) [one.customer, one.former] = [undefined, person];
  }

  async restore(): Promise<void> {
    const person = this.#in("deleted");
    if (!person) return;
    this.steps.push(`restore ${person.id}`);
    const { dropped = [] } = await this.client.customer.restore({ id: person.id, without: "conflicts" });
    person.state = "live";
    await this.#take(person, [], false);
    for (const one of this.cases) if (one.former === person) [one.customer, one.former] = [person, undefined];
    const taken = this.cases.filter((one) => one.claims.delete(person) && one.customer !== person);
    const listed = dropped.flatMap(({ field, ticket_id }) => (field === "ticket" ? [ticket_id] : []));
    const wanted = taken.map(({ id }) => id).sort((a, b) => a - b);
    if (listed.join() !== wanted.join())
      this.faults.push(`restore ${person.id} lists ${listed.join()}, not ${wanted.join()}`);
  }

  /** A call that names a ticket gives it to another customer, or takes it from the one it has. */
  async give(): Promise<void> {
    const [one, person] = [this.#one(this.cases), this.#in("live")];
    if (!one || !person) return;
    const to = this.#random(4) === 0 ? undefined : person;
    this.steps.push(`give ${one.id} to ${to?.id}`);
    await this.client.ticket.update({ id: one.id, customerId: to?.id ?? null });
    if (one.customer === to) return;
    if (one.former) one.claims.add(one.former);
    const before = one.customer ?? one.former;
    if (before) one.taken.add(before);
    if (!to) {
      const claims = [...one.claims].filter(({ state }) => state === "deleted");
      one.former = claims.at(-1);
      // It is nobody's then: a live customer from whom a call took it earlier has no more claim than the last one.
      for (const word of one.words)
        if (word.owner === one.customer || (word.owner?.state === "live" && one.taken.has(word.owner)))
          word.owner = undefined;
      one.customer = undefined;
      return;
    }
    [one.customer, one.former] = [to, undefined];
    one.given.add(to);
    for (const word of one.words) word.owner ??= to;
  }

  async purge(): Promise<void> {
    const person = this.#in("live", "deleted", "deleted");
    if (!person) return;
    const expires = person.state === "deleted" && this.#random(3) === 0;
    this.steps.push(`${expires ? "expire" : "purge"} ${person.id}`);
    await (expires ? this.expire(person.id) : this.client.customer.purge({ id: person.id }));
    for (const one of this.cases) this.#purged(one, person);
    person.state = "purged";
    await this.checkReads();
  }

  /**
   * A ticket given to a customer that has its contact's address is that customer's, and so is one that a call took from a
   * person who never had that address: it was theirs by mistake. One that waits for no customer is the
   * person's by the address.
   */
  #purged(one: Case, person: Person): void {
    const key = anyType(one.key);
    const has = [...person.channels.keys()].some((other) => anyType(other) === key);
    const isFree = [undefined, person].includes(this.#holder(one.key));
    const heir = one.customer ?? one.former;
    const isWaiting = !heir && person.had.has(key) && (has || isFree || one.taken.has(person));
    if (isWaiting) one.words = [];
    const isHeirs = heir?.channels.has(one.key) === true || !person.had.has(key);
    if (heir && heir !== person && isHeirs)
      for (const word of one.words) if (word.owner === person) word.owner = heir;
    const isTaken = one.words.some(({ owner }) => owner === person);
    const isFound = isFree && person.had.has(key) && !heir?.had.has(key);
    if (isWaiting || heir === person || isTaken || isFound) one.key = "";
    one.claims.delete(person);
    if (one.customer === person) one.customer = undefined;
    if (one.former === person) one.former = undefined;
  }

  /** The words of people who are purged. */
  erasedWords(): string[] {
    return [
      ...this.people.filter(({ state }) => state === "purged").map(({ own }) => own),
      ...this.cases.flatMap(({ words }) =>
        words.flatMap(({ text, owner }) => (owner?.state === "purged" ? [text] : [])),
      ),
    ];
  }

  /** The words that no purge may take: of customers that are live or deleted, in tickets that no call gave away. */
  keptWords(): string[] {
    const untouched = this.cases.filter(
      ({ given, customer, former }) => given.size === 0 && (customer ?? former),
    );
    return untouched.flatMap(({ words, customer, former }) =>
      words.flatMap(({ text, owner }) => (owner === (customer ?? former) ? [text] : [])),
    );
  }

  /** No word of a person in the reads of another, none of a purged one anywhere, and each ticket where it should be. */
  async checkReads(): Promise<void> {
    const all = await this.client.ticket.list({ brandId: this.brandId, itemLimit: 9999 });
    for (const { id, customer_id } of all.items) {
      const wanted = this.cases.find((one) => one.id === id)?.customer?.id ?? null;
      if (customer_id !== wanted) this.faults.push(`ticket ${id} has ${customer_id}, not ${wanted}`);
    }
    const whole = JSON.stringify(all).toLowerCase();
    for (const word of this.erasedWords())
      if (whole.includes(word)) this.faults.push(`erased ${word} in tickets`);
    for (const person of this.people.filter(({ state }) => state === "live"))
      await this.#checkReadsOf(person);
  }

  async #checkReadsOf(person: Person): Promise<void> {
    const { customer, ticket } = this.client;
    const pages = await Promise.all([
      customer.find({ id: person.id }),
      customer.listTimeline({ customerId: person.id, getTicketHistory: true, itemLimit: 99 }),
      ticket.list({ customerId: person.id, itemLimit: 9999 }),
    ]);
    const shown = JSON.stringify(pages).toLowerCase();
    for (const { words, given } of this.cases)
      for (const { text, owner } of words)
        if (owner !== undefined && owner !== person && !given.has(person) && shown.includes(text))
          this.faults.push(`${text} of ${owner.id} is readable under ${person.id}`);
    for (const word of this.erasedWords())
      if (shown.includes(word)) this.faults.push(`erased ${word} is readable under ${person.id}`);
  }
}

/** Whether a call took the ticket from a customer that is deleted now and has its contact's address. */
function isOfDeleted({ key, taken }: Case): boolean {
  return [...taken].some(({ state, channels }) => state === "deleted" && channels.has(key));
}

/** A number is the same one in all its types. */
function anyType(key: string): string {
  return key.replace(/^(?:telephone|whatsapp|sms) /, "phone ");
}

function channelOf(key: string): { type: string; address: string } {
  const [type = "", address = ""] = key.split(" ");
  return { type, address };
}
