// Headless Chromium, controlled over a pipe: no port, no package. Where it is not installed tests report that they are
// skipped. It cannot leave the machine: every name resolves to nothing, and its requests are recorded.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";

type Message = Record<string, unknown>;

/** A request made by the page. */
export interface PageRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
}

export interface Page {
  requests: PageRequest[];
  /** messages of the console and of the security policy */
  complaints: string[];
  send(method: string, parameters?: Message): Promise<Message>;
  open(url: string): Promise<void>;
  /** the value of an expression in the page */
  value<T>(expression: string): Promise<T>;
  /** waits until an expression is true in the page */
  until(expression: string): Promise<void>;
  close(): Promise<void>;
}

/** The name of the installed Chromium, if there is one. */
export function findChromium(): string | undefined {
  return ["chromium", "chromium-browser", "google-chrome"].find(
    (name) => spawnSync(name, ["--version"], { timeout: 30_000 }).status === 0,
  );
}

const switches = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--no-first-run",
  "--disable-extensions",
  "--disable-background-networking",
  "--disable-component-update",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--remote-debugging-pipe",
];

/** Starts a browser with one empty page. */
export async function openPage(program: string): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), "dossier-chromium-"));
  const child = spawn(program, [...switches, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const heard: { requests: PageRequest[]; complaints: string[] } = { requests: [], complaints: [] };
  const call = connect(child, (method, parameters) => hear(heard, method, parameters));
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const send: Page["send"] = (method, parameters = {}) => call(method, parameters, sessionId as string);
  for (const domain of ["Page", "Runtime", "Network", "Log"]) await send(`${domain}.enable`);

  const value = async <T>(expression: string): Promise<T> => {
    const answer = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails));
    return (answer.result as { value: T }).value;
  };
  return {
    ...heard,
    send,
    open: async (url) => void (await send("Page.navigate", { url })),
    value,
    until: async (expression) => {
      for (
        const end = Date.now() + 120_000;
        !(await value<boolean>(`Boolean(${expression})`));
        await wait(10)
      )
        if (Date.now() > end) throw new Error(`never came true in the page: ${expression}`);
    },
    close: async () => {
      const gone = new Promise((done) => child.once("exit", done));
      void call("Browser.close").catch(() => undefined);
      await Promise.race([gone, wait(5000)]);
      if (child.exitCode === null) child.kill("SIGKILL");
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function hear(
  heard: { requests: PageRequest[]; complaints: string[] },
  method: string,
  parameters: Message,
): void {
  if (method === "Network.requestWillBeSent") heard.requests.push(parameters.request as PageRequest);
  if (method === "Runtime.exceptionThrown")
    heard.complaints.push(JSON.stringify(parameters.exceptionDetails));
  if (method === "Log.entryAdded") {
    const { level, text, url = "" } = parameters.entry as { level: string; text: string; url?: string };
    if (level === "error") heard.complaints.push(`${text} ${url}`.trim());
  }
}

type CallBrowser = (method: string, parameters?: Message, sessionId?: string) => Promise<Message>;

/** Messages are JSON followed by a NUL; responses carry the number of the request. */
function connect(child: ChildProcess, tell: (method: string, parameters: Message) => void): CallBrowser {
  const writer = child.stdio[3] as Writable;
  const waiting = new Map<number, { done: (answer: Message) => void; fail: (error: Error) => void }>();
  let rest = "";
  let last = 0;
  writer.on("error", () => undefined);
  child.once("exit", () => {
    for (const one of waiting.values()) one.fail(new Error("the browser ended"));
  });
  (child.stdio[4] as Readable).setEncoding("utf8").on("data", (part: string) => {
    const messages = (rest + part).split("\0");
    rest = messages.pop() ?? "";
    for (const text of messages) {
      const message = JSON.parse(text) as Message & { id?: number };
      if (message.id === undefined) {
        tell(message.method as string, message.params as Message);
        continue;
      }
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) one?.fail(new Error(JSON.stringify(message.error)));
      else one?.done(message.result as Message);
    }
  });
  return (method, params = {}, sessionId) =>
    new Promise((done, fail) => {
      last += 1;
      waiting.set(last, { done, fail });
      writer.write(`${JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    });
}
