/** A Dossier as `npm start` starts it, on a free port, with a folder of its own, for programs that use its console. */
import { join } from "node:path";
import { makeFolder, start } from "./processes.ts";

export interface ConsoleProcess {
  url: string;
  /** the link of the first start, where one is printed */
  startLink: string | undefined;
  stop(): Promise<void>;
}

/** @param env more settings, such as `DOSSIER_ADMIN_KEY` */
export async function startConsole(
  args: readonly string[],
  env: Record<string, string>,
): Promise<ConsoleProcess> {
  const child = start(process.execPath, ["scripts/start.mjs", ...args], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      DOSSIER_DATA_DIR: join(makeFolder(), "data"),
      DOSSIER_RATE_LIMIT: "0",
      LOG_LEVEL: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  // without a key of its own the first start prints a link
  const last = env["DOSSIER_ADMIN_KEY"] ? /API\s+http:\S+\/api\/v2/ : /http:\S+\/start#\S+/;
  const text = await new Promise<string>((found, fail) => {
    let said = "";
    child.stdout?.on("data", (part: Buffer) => {
      said += part.toString();
      if (last.test(said)) found(said);
    });
    child.once("close", () => fail(new Error(`Dossier did not start:\n${said}`)));
  });
  return {
    url: /(http:\S+)\/(api\/v2|start#)/.exec(text)?.[1] ?? "",
    startLink: /http:\S+\/start#\S+/.exec(text)?.[0],
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
