/** An agent: with a ringing telephone, and with thirty tickets that belong to nobody yet. */
import type { Client, Customer, Permission } from "@dossier/api";
import type { Hands } from "./hands.ts";
import type { Story } from "./story.ts";

/** Those of the preset of the console. */
const permissions: Permission[] = [
  "CUSTOMER_READ",
  "CUSTOMER_CUD",
  "CHANNEL_READ",
  "TICKET_READ",
  "TICKET_UPDATE",
  "MESSAGE_CREATE",
];

export async function signIn(hands: Hands, url: string, dossier: Client): Promise<void> {
  const { key } = await dossier.key.create({ name: "Robin", kind: "person", permissions });
  await hands.open(`${url}/sign-in`);
  await hands.until("document.activeElement?.name === 'key'");
  await hands.page.tab.keyboard.insertText(key);
  await hands.press("Enter");
  await hands.until("document.querySelector('#hits [role=option]')");
}

/** From the telephone's address to a note on the caller. */
export async function answerCall(hands: Hands, url: string, dossier: Client): Promise<Story[]> {
  const caller = await findCaller(dossier);
  const number = caller.channels.find(({ channelName }) => channelName === "telephone")?.address ?? "";
  const note = "Kettle arrives tomorrow, told the caller";
  await hands.open("about:blank");
  hands.begin();
  const rung = performance.timeOrigin + performance.now();
  await hands.page.open(`${url}/call?number=${encodeURIComponent(number)}`);
  await hands.until("document.querySelector('.caller') && document.querySelector('.stream article')");
  const seen = (await hands.page.value<number>("painted()")) - rung;
  await hands.picture("call-answered");
  await hands.press("e");
  await hands.until("document.activeElement?.id === 'event'");
  await hands.type(note);
  await hands.picture("call-note");
  await hands.press("Enter", true);
  await hands.until("!document.querySelector('[role=dialog]')");
  await hands.reads(note);
  const seconds = (performance.timeOrigin + performance.now() - rung) / 1000;
  await hands.picture("call-kept");
  const { items } = await dossier.customer.listTimeline({ customerId: caller.id, itemLimit: 5 });
  const isKept = items.some((item) => item.type === "event" && item.description === note);
  return [
    { name: "caller painted", seconds: seen / 1000, keys: 0, clicks: 0, isRight: true },
    { name: `note of ${note.length} letters on the caller`, seconds, ...hands.tally, isRight: isKept },
  ];
}

async function findCaller(dossier: Client): Promise<Customer> {
  for await (const one of dossier.customer.each({ itemLimit: 99 }))
    if (one.channels.some(({ channelName, address }) => channelName === "telephone" && address.length > 6)) {
      const { items } = await dossier.customer.listTimeline({ customerId: one.id, itemLimit: 1 });
      if (items.length > 0) return one;
    }
  throw new Error("nobody in the demo data has a telephone and a timeline");
}

const ticketCount = 30;

/** Links tickets whose senders wrote from addresses that nobody has, each to the customer of that name. */
export async function linkTickets(hands: Hands, url: string, dossier: Client): Promise<Story[]> {
  const people = (await dossier.customer.list({ itemLimit: 99 })).items
    .filter(({ lastname }) => lastname.length > 2)
    .slice(0, ticketCount);
  const wanted = new Map<number, Customer>();
  for (const [place, one] of people.entries()) {
    const { id } = await dossier.ticket.create({
      brandId: one.brandId,
      channel: "email",
      from: `other-${place}@private.example`,
      fromName: `${one.firstname} ${one.lastname}`,
      title: `Question ${place + 1}`,
      direction: "inbound",
    });
    wanted.set(id, one);
  }
  await hands.open(`${url}/tickets`);
  await hands.until("document.querySelector('.tickets tbody tr') && globalThis.reads('Question 30')");
  await hands.picture("tickets-before");
  hands.begin();
  const begun = performance.now();
  await hands.press("Enter");
  for (let left = wanted.size; left > 0; left -= 1) await linkOne(hands, wanted, left === 1);
  const seconds = (performance.now() - begun) / 1000;
  await hands.picture("tickets-after");
  const linked = await Promise.all([...wanted.keys()].map((id) => dossier.ticket.find({ id })));
  const right = linked.filter(({ id, customerId }) => customerId === wanted.get(id)?.id).length;
  const { keys } = hands.tally;
  return [
    { name: `${wanted.size} tickets linked`, seconds, ...hands.tally, isRight: right === wanted.size },
    {
      name: "  each of them",
      seconds: seconds / wanted.size,
      keys: keys / wanted.size,
      clicks: 0,
      isRight: right === wanted.size,
    },
  ];
}

/** Types letters until the one who is meant is marked; where the name is not enough, goes down to that row. */
async function linkOne(hands: Hands, wanted: Map<number, Customer>, isLast: boolean): Promise<void> {
  await hands.until("document.querySelector('.whose form input')");
  const id = Number(await hands.page.value<string>("location.pathname.split('/').pop()"));
  const one = wanted.get(id);
  if (!one) throw new Error(`ticket ${id} was not to be linked`);
  const isMarked = () =>
    hands.page.value<boolean>(
      `document.querySelector(".cand.on .mono")?.innerText === ${JSON.stringify(one.primaryId || `#${one.id}`)}`,
    );
  const isAnswered = (typed: string) =>
    hands.until(
      `document.querySelector(".whose form[aria-busy=false] input")?.value === ${JSON.stringify(typed)}`,
    );
  await hands.press("l");
  await hands.until("document.activeElement.matches('.whose input')");
  let typed = "";
  for (const letter of one.lastname) {
    await hands.press(letter);
    typed += letter;
    if (typed.length < 3) continue;
    await isAnswered(typed);
    if (await isMarked()) break;
  }
  for (let row = 0; row < 6 && !(await isMarked()); row += 1) await hands.press("ArrowDown");
  if (!(await isMarked())) throw new Error(`"${typed}" does not find customer ${one.id}`);
  await hands.press("Enter");
  await hands.until("document.querySelector('.whose .holder')");
  if (isLast) return;
  await hands.press("]");
  await hands.until(`!location.pathname.endsWith("/${id}")`);
}
