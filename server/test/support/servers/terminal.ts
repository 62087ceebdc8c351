// `npm start` in a pseudo-terminal, as a person sees it: Ctrl-C reaches npm, the shell and the server. The terminal is
// that of `script` (Debian's bsdutils).
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { afterAll } from "vitest";
import { plainEnvironment, root } from "../run-cli.ts";

export const hasTerminal = spawnSync("script", ["--version"]).status === 0;
export const ctrlC = "\u0003";

export interface Terminal {
  shown(): string;
  press(keys: string): void;
  /** the exit code of `npm start` */
  ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a server on any free port; without colours. */
export function openTerminal(settings: Record<string, string>): Terminal {
  const child = spawn(
    "script",
    ["--quiet", "--return", "--flush", "--command", "exec npm start", "/dev/null"],
    {
      cwd: root,
      env: plainEnvironment({ PORT: "0", NO_COLOR: "1", ...settings }),
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  running.add(child);
  let shown = "";
  child.stdout.on("data", (part: Buffer) => (shown += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  void ended.then(() => running.delete(child));
  return { shown: () => shown, press: (keys) => void child.stdin.write(keys), ended };
}

/** The base URL of the API, once it is shown. */
export const urlOf = (shown: string) => /API +(http:\S+)/.exec(shown)?.[1];
