/**
 * `npm run bench:console [-- --size 1M --words 50 --opens 50]`: what the console takes in Chromium at a large dataset:
 * from a key to the painted results of what was typed, from Enter to a painted customer, and frames while a timeline of
 * 100,000 items is scrolled. Processor time is that of the page's main thread. Loopback only.
 */
import { parseArgs } from "node:util";
import { findChromium, openPage, type Page } from "../server/test/support/servers/browser.ts";
import { openProgress } from "./progress.ts";
import { remakeDatabase } from "./servers/cluster.ts";
import { startDossier } from "./servers/dossier.ts";
import { killOnExit } from "./servers/processes.ts";
import { fraction } from "./world/random.ts";
import { prepare } from "./world/prepare.ts";
import { person, type World } from "./world/world.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "1M" },
    words: { type: "string", default: "50" },
    opens: { type: "string", default: "50" },
  },
});
const [words, opens] = [Number(values.words), Number(values.opens)];
const longItems = 100_000;
/** A customer with few items of its own. */
const longId = 2;
const permissions = ["CUSTOMER_READ", "CUSTOMER_CUD", "CHANNEL_READ", "TICKET_READ", "TICKET_UPDATE"];

/** A customer by chance, the same in every run. */
const someone = ({ seed, customers }: World, n: number, salt: number): number =>
  1 + Math.floor(fraction(seed, n, salt) * customers);

interface Figures {
  p50: number;
  p95: number;
  max: number;
}

function figuresOf(times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

const say = (name: string, { p50, p95, max }: Figures, more = "") =>
  console.log(`${name} p50_ms=${p50} p95_ms=${p95} max_ms=${max}${more}`);

/** Processor time of the page's main thread so far, in milliseconds. */
async function mainThread(page: Page): Promise<number> {
  const { metrics } = await page.send("Performance.getMetrics");
  return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN);
}

async function signIn(page: Page, url: string, key: string): Promise<void> {
  await page.open(`${url}/sign-in`);
  await page.until("document.activeElement?.name === 'key'");
  await page.tab.keyboard.insertText(key);
  await press(page, "Enter");
  await page.until("document.querySelector('#hits [role=option]')");
}

async function press(page: Page, key: string): Promise<void> {
  const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
  await page.send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, ...(text ? { text } : {}) });
  await page.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key });
}

/** In the page: waits for a condition, looked at after every frame, and answers when what it sees is painted. */
const helpers = `
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  }));
  globalThis.when = async (isTrue, since) => {
    while (!isTrue()) {
      await new Promise((done) => requestAnimationFrame(done));
      if (performance.now() - since > 20000) throw new Error('never');
    }
    return (await painted()) - since;
  };
  // the time of the last key, and when what it changed is painted: looked at from the frame after it on
  globalThis.isDone = () => true;
  addEventListener('keydown', (event) => {
    globalThis.lastKey = new Promise(requestAnimationFrame).then(() => when(isDone, event.timeStamp));
  }, { capture: true });
`;

/** What agents type: names, also misspelt, the beginning of an address, a number. */
function wordsOf(world: World): string[] {
  return Array.from({ length: words }, (_, n) => {
    const { firstname, lastname, email, telephone } = person(world, someone(world, n, 1001));
    const misspelt = lastname.replace(/[aeiou](?=[^aeiou]*$)/, "y");
    return (
      [lastname, `${firstname} ${lastname}`, misspelt, email.slice(0, 8), telephone ?? lastname][n % 5] ?? ""
    );
  });
}

const focusSearch =
  "document.querySelector('[role=combobox]').focus(), document.querySelector('[role=combobox]').select()";

async function typeWords(page: Page, world: World): Promise<void> {
  const times: number[] = [];
  let busy = 0;
  await page.value("void (globalThis.isDone = () => document.querySelector('.found').ariaBusy === 'false')");
  for (const word of wordsOf(world)) {
    await page.value(focusSearch);
    for (const letter of word) {
      const before = await mainThread(page);
      await press(page, letter);
      times.push(await page.value<number>("lastKey"));
      busy += (await mainThread(page)) - before;
    }
  }
  say(
    "keystroke",
    figuresOf(times),
    ` keys=${times.length} main_thread_ms_a_key=${(busy / times.length).toFixed(1)}`,
  );
}

const isOpen = (id: number) =>
  `document.title.startsWith('Customer ${id} ') && document.querySelector('.cust h1') && document.querySelector('.stream article')`;

async function openCustomers(page: Page, world: World): Promise<void> {
  const fromHit: number[] = [];
  const cold: number[] = [];
  for (let n = 0; n < opens; n += 1) {
    const id = someone(world, n, 1002);
    await page.value(
      "history.pushState(null, '', '/customers'), when(() => document.querySelector('[role=combobox]'), performance.now())",
    );
    await page.value(focusSearch);
    await page.tab.keyboard.insertText(person(world, id).primaryId);
    await page.until(
      `document.querySelector('.found[aria-busy=false] [aria-selected=true]')?.id === 'hit-${id}'`,
    );
    // the mark rests as long as a person looks at it
    await page.value("new Promise((done) => setTimeout(done, 400))");
    await page.value(`void (globalThis.isDone = () => ${isOpen(id)})`);
    await press(page, "Enter");
    fromHit.push(await page.value<number>("lastKey"));
    const other = someone(world, n, 1003);
    cold.push(
      await page.value<number>(
        `(() => { const at = performance.now(); history.pushState(null, '', '/customers/${other}'); return when(() => ${isOpen(other)}, at); })()`,
      ),
    );
  }
  say("open_from_hit", figuresOf(fromHit), ` opens=${opens}`);
  say("open_cold", figuresOf(cold), ` opens=${opens}`);
}

async function scrollTimeline(page: Page): Promise<void> {
  await page.value(`history.pushState(null, '', '/customers/${longId}')`);
  await page.until(isOpen(longId));
  // a screen a frame: every item is drawn, each once
  const run = async (screens: number, isEnd: string): Promise<number[]> =>
    page.value<number[]>(`(async () => {
      const pane = document.querySelector('.scroll');
      const frames = [];
      const begun = performance.now();
      let before = await new Promise(requestAnimationFrame);
      while (!(${isEnd}) && performance.now() - begun < 240000) {
        pane.scrollBy({ top: ${screens} * pane.clientHeight });
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
      }
      return frames;
    })()`);
  for (const [name, screens, isEnd] of [
    // only the last item's text is read: the text of the whole stream would cost more than a frame of the page itself
    [
      "scroll_down",
      1,
      `[...document.querySelectorAll('.stream article')].at(-1)?.textContent.includes('Happening ${longItems}')`,
    ],
    ["scroll_up", -1, "pane.scrollTop === 0"],
  ] as const) {
    const before = await mainThread(page);
    const frames = await run(screens, isEnd);
    const busy = (await mainThread(page)) - before;
    const long = frames.filter((ms) => ms > 50).length;
    say(
      name,
      figuresOf(frames),
      ` frames=${frames.length} over_50_ms=${long} main_thread_ms_a_frame=${(busy / frames.length).toFixed(1)}`,
    );
    const articles = await page.value<number>("document.querySelectorAll('.stream article').length");
    await page.send("HeapProfiler.collectGarbage");
    const { usedSize } = await page.send("Runtime.getHeapUsage");
    console.log(`${name}_end articles=${articles} heap_mb=${(usedSize / 2 ** 20).toFixed(1)}`);
  }
}

/** The largest paint of a page that is opened anew, scripts in the browser's cache. */
async function paintOf(page: Page, url: string, isThere: string): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < 10; n += 1) {
    await page.open(url);
    await page.until(isThere);
    times.push(
      await page.value<number>(`new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
        .observe({ type: 'largest-contentful-paint', buffered: true }))`),
    );
  }
  say("largest_paint", figuresOf(times), ` path=${new URL(url).pathname}`);
}

const program = findChromium();
if (!program) throw new Error("Chromium is not installed");
killOnExit();
const progress = openProgress();
const prepared = await prepare(values.size, progress);
try {
  const { cluster, world } = prepared;
  await remakeDatabase(cluster, "run", "world");
  await cluster.use("run", (client) =>
    client.query(
      `INSERT INTO event (customer_id, type, message, initiated_by, source_url, occurred_at)
       SELECT $1, (ARRAY['order', 'delivery', 'visit'])[1 + n % 3], 'Happening ' || n || repeat(' and so on', (n % 3) * 5),
         '', '', now() - n * interval '17 minutes'
       FROM generate_series(1, $2::int) n`,
      [longId, longItems],
    ),
  );
  const dossier = await startDossier(cluster.url("run"), 1, permissions);
  const page = await openPage(program);
  try {
    await page.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.send("Network.disable"); // recording requests would take the page's time
    await page.tab.addInitScript({ content: helpers });
    await paintOf(page, `${dossier.url}/sign-in`, "document.querySelector('input[name=key]')");
    progress.say("signing in");
    await signIn(page, dossier.url, dossier.key);
    progress.say("typing");
    await typeWords(page, world);
    progress.say("opening customers");
    await openCustomers(page, world);
    progress.say("scrolling");
    await scrollTimeline(page);
    await paintOf(page, `${dossier.url}/customers`, "document.querySelector('#hits [role=option]')");
    await paintOf(page, `${dossier.url}/customers/${longId}`, isOpen(longId));
    if (page.complaints.length > 0) throw new Error(page.complaints.join("\n"));
  } finally {
    await page.close();
    await dossier.stop();
  }
} finally {
  await prepared.cluster.stop();
}
process.exit(); // nothing is left to wait for
