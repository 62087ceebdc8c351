/**
 * Workloads: requests with placeholders for numbers, and the expected content of the response. One description serves
 * the load over HTTP, the recording of Dossier's statements, and the verification of responses.
 *
 * Numbers: `n` any customer's, `e` that of one at the domain mail7.example.org, `h` that of a hot one, `m` an unused
 * one.
 */
import { firstnames, person, surname, type World } from "./world/world.ts";

/** The names of numbers in texts, as in `C-{n}`. */
export type Numbers = Record<"n" | "e" | "h" | "m", number>;

/** A request; `{n}`, `{e}`, `{h}` and `{m}` are placeholders for numbers. */
export interface Request {
  method: "GET" | "POST";
  path: string;
  type?: string;
  body?: string;
}

export type ResponseBody = Record<string, unknown>;

/** One workload. */
export interface Workload {
  name: string;
  title: string;
  /** each time one of them, chosen at random */
  requests: Request[];
  /** what is wrong with the response to one of the requests, if anything */
  fault(answer: ResponseBody, numbers: Numbers, at: number): string | undefined;
}

const json = (path: string, body: Record<string, unknown>): Request => ({
  method: "POST",
  path,
  type: "application/json",
  body: JSON.stringify(body).replaceAll(/"#\{(\w)\}"/g, "{$1}"), // numbers that stay numbers in JSON
});

const boundary = "----dossier-bench-boundary";

const form = (path: string, fields: Record<string, unknown>): Request => ({
  method: "POST",
  path,
  type: `multipart/form-data; boundary=${boundary}`,
  body: `${Object.entries(fields)
    .map(
      ([name, value]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${String(value)}\r\n`,
    )
    .join("")}--${boundary}--\r\n`,
});

const itemsOf = (answer: ResponseBody) => (answer["items"] ?? []) as ResponseBody[];

const oneFound = (which: "n" | "e") => (answer: ResponseBody, numbers: Numbers) => {
  const items = itemsOf(answer);
  const found = items.length === 1 && isCustomer(items[0], numbers[which]);
  return found ? undefined : `does not find customer ${numbers[which]} alone`;
};

function isCustomer(item: ResponseBody | undefined, n: number): boolean {
  return item?.["id"] === n && item["external_primary_id"] === `C-${n}`;
}

const fullPage = (answer: ResponseBody) =>
  itemsOf(answer).length === 15 ? undefined : "is not a page of 15";

const outcome = (wanted: string) => (answer: ResponseBody) =>
  answer["outcome"] === wanted ? undefined : `is ${String(answer["outcome"])}, not ${wanted}`;

const email = "c{e}@mail7.example.org";

/** New customers have the names of existing ones. */
const newcomers = (world: World) =>
  [2, 103, 204, 305, 406].map((at) => {
    const { firstname, lastname } = person(world, at);
    const names = { brand_id: 1, primary_id: "N-{m}", firstname, lastname };
    return { ...names, extra_email: "n{m}@mail7.example.org", extra_telephone: "+49{m}" };
  });

/** Reads by exact values. */
export function readWorkloads(cursors: readonly string[]): Workload[] {
  return [
    {
      name: "get",
      title: "get by id",
      requests: [{ method: "GET", path: "/customer/{n}" }],
      fault: ({ item }, { n }) => (isCustomer(item as ResponseBody, n) ? undefined : `is not customer ${n}`),
    },
    {
      name: "primary",
      title: "search by primary id",
      requests: [json("/customer/SearchByPrimaryExternalID", { primary_id: "C-{n}" })],
      fault: oneFound("n"),
    },
    {
      name: "channel",
      title: "search by channel value",
      requests: [json("/customer/SearchByCustomerChannelValue", { customerChannelValue: email })],
      fault: oneFound("e"),
    },
    {
      name: "list",
      title: "list, first page",
      requests: [{ method: "GET", path: "/customer" }],
      fault: fullPage,
    },
    {
      name: "deep",
      title: "list, deep page by cursor",
      requests: cursors.map((cursor) => ({
        method: "GET",
        path: `/customer?cursor=${encodeURIComponent(cursor)}`,
      })),
      fault: fullPage,
    },
    {
      name: "timeline",
      title: "timeline page of a hot customer",
      requests: [
        { method: "GET", path: "/customer/timelineByCustomerExternalID?customer_id={h}&getTicketHistory=1" },
      ],
      fault: fullPage,
    },
  ];
}

/** Writes. */
export function writeWorkloads(world: World): Workload[] {
  return [
    {
      name: "create",
      title: "create with two channels, JSON",
      requests: newcomers(world).map((fields) => json("/customer", fields)),
      fault: outcome("created"),
    },
    {
      name: "multipart",
      title: "create with two channels, multipart",
      requests: newcomers(world).map((fields) => form("/customer", fields)),
      fault: outcome("created"),
    },
    {
      name: "existing",
      title: "create, of one who exists",
      requests: [json("/customer", { brand_id: 1, primary_id: "C-{e}", extra_email: email })],
      fault: (answer, { e }) => (answer["id"] === e ? outcome("unchanged")(answer) : `is not customer ${e}`),
    },
    {
      name: "addChannel",
      title: "add a channel",
      requests: [
        json("/customer/addChannelOnly", { customer_id: "#{n}", extra_email: "a{m}@x{m}.example.net" }),
      ],
      fault: outcome("updated"),
    },
    {
      name: "event",
      title: "add an event",
      requests: [
        json("/customer/externalEvent", {
          customer_id: "#{n}",
          type: "order",
          message: "Order {m} was shipped",
          initiated_by: "shop",
        }),
      ],
      fault: outcome("created"),
    },
    {
      name: "ticket",
      title: "open a ticket that links",
      requests: [
        json("/ticket", { brandID: 1, channelID: "email", from: email, title: "Where is my parcel" }),
      ],
      fault: (answer, { e }) => (answer["customer_id"] === e ? undefined : `is not linked to customer ${e}`),
    },
  ];
}

/** Five of many words, evenly spread. */
const some = (words: readonly string[]) => words.filter((_, at) => at % Math.ceil(words.length / 5) === 0);

/** Surnames that are neither rare nor common. */
const middling = () =>
  Array.from({ length: 180 }, (_, at) => lower(surname(20 + at))).filter((name) => name.length >= 7);

/** Five of them. */
export const someSurnames = () => some(middling());

/** Searches by what users type, with the expected number of matches, counted in the generator. */
export function searchWorkloads(world: World): Workload[] {
  const { names, alike } = countNames(world);
  const rare = [...names.entries()].filter(([, count]) => count <= 3).map(([name]) => name);
  const begins = (beginning: string) =>
    [...names].reduce((sum, [name, count]) => sum + (name.startsWith(beginning) ? count : 0), 0) -
    alike.filter((both) => both.every((name) => name.startsWith(beginning))).length;
  const exactly = (words: readonly string[]) => (answer: ResponseBody, _: Numbers, at: number) => {
    const wanted = Math.min(10_000, begins(words[at] ?? ""));
    const found = Number(answer["itemTotal"]);
    const shown = itemsOf(answer).length;
    if (wanted < 15 ? found >= wanted : found >= wanted && shown === 15) return undefined;
    return `finds ${found} of ${wanted}`;
  };
  const wordy = (name: string, title: string, words: readonly string[]): Workload => ({
    name,
    title,
    requests: words.map(searchRequest),
    fault: exactly(words),
  });
  // Typos are forgiven if no customer has the misspelt name.
  const swapped = some(middling().filter((word) => begins(swapLetters(word)) === 0));
  const phones = [1207, 2207, 3207, 4207].map((at) => (person(world, at).telephone ?? "").slice(-7));
  return [
    wordy("rare", "search a rare name", some(rare)),
    wordy("common", "search a common name", [...firstnames.slice(0, 3), surname(0), surname(1)].map(lower)),
    wordy("various", "search one of 64 names", various().map(lower)), // too many for callers to share results
    wordy("prefix", "search a beginning of a name", ["sch", "kr", "ann", "tra", "m"]),
    {
      name: "misspelt",
      title: "search a misspelt name",
      requests: swapped.map((word) => searchRequest(swapLetters(word))),
      fault: (answer, _, at) => {
        const wanted = begins(swapped[at] ?? "");
        const found = Number(answer["itemTotal"]);
        return found >= wanted ? undefined : `finds ${found} of ${wanted}, who are called ${swapped[at]}`;
      },
    },
    {
      name: "phone",
      title: "search a piece of a telephone number",
      requests: phones.map(searchRequest),
      fault: (answer) => (itemsOf(answer).length > 0 ? undefined : "finds nobody"),
    },
  ];
}

const various = () => [
  ...firstnames,
  ...Array.from({ length: 64 - firstnames.length }, (_, at) => surname(at)),
];
const lower = (word: string) => word.toLowerCase();
const searchRequest = (query: string): Request => ({
  method: "GET",
  path: `/customer?query=${encodeURIComponent(query)}`,
});

function swapLetters(word: string): string {
  return `${word.slice(0, 2)}${word[3]}${word[2]}${word.slice(4)}`;
}

/** The number of names of each word, and the customers whose two names begin with the same letter. */
function countNames(world: World): { names: Map<string, number>; alike: string[][] } {
  const names = new Map<string, number>();
  const alike: string[][] = [];
  for (let at = 1; at <= world.customers; at += 1) {
    const { firstname, lastname } = person(world, at);
    const both = [firstname, lastname].map(lower);
    for (const name of both) names.set(name, (names.get(name) ?? 0) + 1);
    if (firstname[0] === lastname[0]) alike.push(both);
  }
  return { names, alike };
}
