/**
 * `npm run bench:people [-- --only call,tickets,first-day]`: what three people need in the console, in Chromium with real
 * keys and clicks: an agent with a ringing telephone and one with thirty tickets that belong to nobody, on the demo world,
 * and an administrator on the first day of an empty installation. It prints keys, clicks and seconds, asks the API whether
 * everything is right, and writes pictures into `.cache/people`. Loopback only.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { createClient } from "@dossier/api";
import { setUp } from "./people/administrator.ts";
import { answerCall, linkTickets, signIn } from "./people/agent.ts";
import { type Hands, openHands } from "./people/hands.ts";
import type { Story } from "./people/story.ts";
import { startConsole } from "./servers/console-process.ts";
import { killOnExit, start } from "./servers/processes.ts";

const { values } = parseArgs({ options: { only: { type: "string", default: "call,tickets,first-day" } } });
const wanted = new Set(values.only.split(","));

async function onDemoWorld(hands: Hands): Promise<Story[]> {
  const key = randomBytes(24).toString("hex");
  const demo = await startConsole(["--demo"], { DOSSIER_ADMIN_KEY: key });
  const dossier = createClient({ url: demo.url, key });
  await signIn(hands, demo.url, dossier);
  const stories = [
    ...(wanted.has("call") ? await answerCall(hands, demo.url, dossier) : []),
    ...(wanted.has("tickets") ? await linkTickets(hands, demo.url, dossier) : []),
  ];
  await hands.open("about:blank");
  await demo.stop();
  return stories;
}

/** The demo CRM, on a free port of this machine. */
async function startCrm(): Promise<{ url: string; stop(): void }> {
  const child = start(process.execPath, ["examples/crm-server/server.mjs", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((found) => {
    child.stdout?.on("data", (part: Buffer) => {
      const said = /http:\S+\/lookup/.exec(part.toString())?.[0];
      if (said) found(said);
    });
  });
  return { url, stop: () => void child.kill("SIGTERM") };
}

async function onFirstDay(hands: Hands): Promise<Story[]> {
  const crm = await startCrm();
  const empty = await startConsole([], { DOSSIER_EGRESS_ALLOW: new URL(crm.url).host });
  await hands.page.tab.context().clearCookies();
  const stories = await setUp(hands, empty, crm.url);
  await hands.open("about:blank");
  await empty.stop();
  crm.stop();
  return stories;
}

killOnExit();
const hands = await openHands();
const stories = [
  ...(wanted.has("call") || wanted.has("tickets") ? await onDemoWorld(hands) : []),
  ...(wanted.has("first-day") ? await onFirstDay(hands) : []),
];
console.table(
  stories.map(({ name, seconds, keys, clicks, isRight }) => ({
    step: name,
    seconds: seconds.toFixed(1),
    keys: Number.isInteger(keys) ? keys : keys.toFixed(1),
    clicks,
    right: isRight ? "yes" : "NO",
  })),
);
if (hands.page.complaints.length > 0) console.error(hands.page.complaints.join("\n"));
await hands.page.close();
process.exit(stories.every(({ isRight }) => isRight) && hands.page.complaints.length === 0 ? 0 : 1);
