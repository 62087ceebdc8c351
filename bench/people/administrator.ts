/** An administrator on the first day: from the link of the terminal to a brand with a field, a person, a webhook and a CRM. */
import { type Client, createClient } from "@dossier/api";
import type { ConsoleProcess } from "../servers/console-process.ts";
import type { Hands } from "./hands.ts";
import type { Story } from "./story.ts";

interface Day {
  hands: Hands;
  dossier: Client;
  /** where the demo CRM answers */
  crm: string;
}

interface Step {
  name: string;
  act(day: Day): Promise<void>;
  /** whether the API has it */
  isDone(day: Day): Promise<boolean>;
}

const steps: Step[] = [
  {
    name: "brand",
    async act({ hands }) {
      await hands.reads("Your directory is empty.");
      await hands.type("Teehaus");
      await hands.press("Enter");
      await hands.until("document.querySelector('.todo.done')");
    },
    isDone: async ({ dossier }) => (await dossier.brand.find({ id: 1 })).name === "Teehaus",
  },
  {
    name: "custom field",
    async act({ hands }) {
      await hands.click("Settings");
      await hands.click("Custom fields");
      await hands.click("New field");
      await hands.until("document.activeElement.matches('[role=dialog] input')");
      await hands.type("Favourite tea");
      await hands.press("Enter");
      await hands.reads("Favourite tea was made");
    },
    isDone: async ({ dossier }) =>
      (await dossier.customfield.list({})).items.some(({ label }) => label === "Favourite tea"),
  },
  {
    name: "channel type",
    async act({ hands }) {
      await hands.click("Channel types");
      await hands.click("New type");
      await hands.until("document.activeElement.matches('[role=dialog] input')");
      await hands.type("Telegram");
      await hands.press("Enter");
      await hands.reads("Telegram was made");
    },
    isDone: async ({ dossier }) =>
      (await dossier.channel.list({})).items.some(({ name }) => name === "Telegram"),
  },
  {
    name: "key of a person",
    async act({ hands }) {
      await hands.click("People");
      await hands.click("Add a person");
      await hands.until("document.activeElement.matches('[role=dialog] input')");
      await hands.type("Robin");
      await hands.click("Agent");
      await hands.click("Make the key");
      await hands.reads("The key of Robin is made.");
    },
    isDone: async ({ dossier }) =>
      (await dossier.key.list({ kind: "person" })).items.some(({ name }) => name === "Robin"),
  },
  {
    name: "webhook",
    async act({ hands, crm }) {
      await hands.click("Webhooks");
      await hands.click("New webhook");
      await hands.until("document.activeElement.matches('[role=dialog] input')");
      await hands.type("Shop");
      await hands.press("Tab");
      await hands.type(`${new URL(crm).origin}/hook`);
      await hands.press("Enter");
      await hands.reads("Copy its secret now");
    },
    isDone: async ({ dossier }) => (await dossier.webhook.list({})).items.some(({ name }) => name === "Shop"),
  },
  {
    name: "CRM lookup and its trial",
    async act({ hands, crm }) {
      await hands.click("Brands");
      await hands.click("Teehaus");
      await hands.click("CRM lookup");
      await hands.until("document.activeElement.matches('.set-form input, input[type=url]')");
      await hands.type(crm);
      await hands.click("E-mail");
      await hands.until("document.activeElement.matches('.try input')");
      await hands.type("ada.arslan.1@example.org");
      await hands.press("Enter");
      await hands.reads("1 person");
    },
    isDone: async ({ dossier, crm }) => (await dossier.brand.find({ id: 1 })).crmLookupUrl === crm,
  },
];

export async function setUp(hands: Hands, empty: ConsoleProcess, crm: string): Promise<Story[]> {
  hands.begin();
  const stories: Story[] = [];
  await hands.open(empty.startLink ?? "");
  await hands.until("location.pathname === '/welcome'");
  const cookies = await hands.page.tab.context().cookies(`${empty.url}/api/v2/session`);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const dossier = createClient({
    url: empty.url,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, cookie } }),
  });
  for (const { name, act, isDone } of steps) {
    hands.begin();
    const begun = performance.now();
    await act({ hands, dossier, crm });
    const seconds = (performance.now() - begun) / 1000;
    await hands.picture(`first-day-${name.replaceAll(" ", "-").toLowerCase()}`);
    stories.push({ name, seconds, ...hands.tally, isRight: await isDone({ hands, dossier, crm }) });
  }
  const sum = (field: "seconds" | "keys" | "clicks") => stories.reduce((all, one) => all + one[field], 0);
  return [
    ...stories,
    {
      name: "the first day together",
      seconds: sum("seconds"),
      keys: sum("keys"),
      clicks: sum("clicks"),
      isRight: stories.every(({ isRight }) => isRight),
    },
  ];
}
