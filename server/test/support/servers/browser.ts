// Headless Chromium, driven by Playwright over a pipe: nothing is downloaded, and no port is opened. Where it is not installed
// tests report that they are skipped. It cannot leave the machine: every name resolves to nothing, and its requests are
// recorded.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type BrowserContext, type CDPSession, chromium, type Page as PlaywrightPage } from "playwright-core";

/** A request made by the page. */
export interface PageRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
}

export interface Page {
  /** Playwright's page: sizes, media, keys, pictures, and what is found by role and name */
  tab: PlaywrightPage;
  requests: PageRequest[];
  /** errors of the console, of scripts and of the security policy */
  complaints: string[];
  /** a command of the DevTools protocol that Playwright has no call for */
  send: CDPSession["send"];
  open(url: string): Promise<void>;
  /** the value of an expression in the page; the page takes it for no act of a person */
  value<T>(expression: string): Promise<T>;
  /** waits until an expression is true in the page */
  until(expression: string): Promise<void>;
  close(): Promise<void>;
}

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The path of the installed Chromium, if there is one. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path) && spawnSync(path, ["--version"], { timeout: 30_000 }).status === 0);
}

const switches = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
/** Switches of Playwright that would hide what a person's browser does. */
const unwanted = [
  "--disable-back-forward-cache",
  "--disable-ipc-flooding-protection",
  "--disable-popup-blocking",
];
const timeoutMs = 120_000;
/** How long what is there may move, be disabled or be covered before it is clicked. */
const actTimeoutMs = 60_000;
const closeTimeoutMs = 5000;

/** Starts a browser with one empty page of the size of a desk. */
export async function openPage(program: string): Promise<Page> {
  const context = await chromium.launchPersistentContext("", {
    executablePath: program,
    args: switches,
    ignoreDefaultArgs: unwanted,
    viewport: { width: 1440, height: 900 },
  });
  try {
    return await attachTo(context);
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function attachTo(context: BrowserContext): Promise<Page> {
  const pid = await findProcess(context);
  const tab = context.pages()[0] ?? (await context.newPage());
  tab.setDefaultTimeout(actTimeoutMs);
  const requests: PageRequest[] = [];
  const complaints: string[] = [];
  tab.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
  tab.on("pageerror", (error) => void complaints.push(error.stack ?? error.message));
  const session = await context.newCDPSession(tab);
  // Playwright's own event leaves out icons and data
  session.on("Network.requestWillBeSent", ({ request }) => void requests.push(request));
  await session.send("Network.enable");

  // not `evaluate`: to the page that is a gesture of a person
  const value = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value as T;
  };
  return {
    tab,
    requests,
    complaints,
    send: session.send.bind(session),
    open: async (url) => void (await tab.goto(url, { waitUntil: "commit" })),
    value,
    until: async (expression) => {
      for (
        const end = Date.now() + timeoutMs;
        !(await value<boolean>(`Boolean(${expression})`));
        await wait(10)
      )
        if (Date.now() > end) throw new Error(`never came true in the page: ${expression}`);
    },
    close: () => closeBrowser(context, pid),
  };
}

async function findProcess(context: BrowserContext): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo } = (await session?.send("SystemInfo.getProcessInfo")) ?? { processInfo: [] };
  const pid = processInfo.find(({ type }) => type === "browser")?.id;
  if (pid === undefined) throw new Error("Chromium does not say which process it is");
  return pid;
}

/** Closes the browser; one that does not end is killed. */
async function closeBrowser(context: BrowserContext, pid: number): Promise<void> {
  const closed = context.close().then(() => "closed");
  if ((await Promise.race([closed, wait(closeTimeoutMs)])) === "closed") return;
  process.kill(pid, "SIGKILL");
  await closed;
}
