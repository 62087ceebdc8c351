/**
 * Progress of a start: a line for each step, with the time it took. On a terminal the line begins with the step; in a
 * pipe, which several writers share, it is written whole at the end. The log shares the terminal, so that one of its
 * lines never continues that of a step.
 */
import { isAbsolute, relative } from "node:path";
import { type Config, resolvePath } from "../config.ts";
import { openStandardError } from "../log.ts";
import type { RunStep, StartStep } from "../service/start-step.ts";

/** The steps of one start. */
export class StartProgress {
  readonly #names: Record<StartStep, string>;
  /** the beginning of a line on the terminal that waits for its end */
  #open = "";

  constructor({ databaseUrl, dataDir }: Config) {
    const folder = shownPath(dataDir);
    this.#names = {
      "create database": `Creating the database in ${folder}`,
      "open database": `Opening ${databaseUrl ? "the PostgreSQL of DATABASE_URL" : `the database in ${folder}`}`,
      migrate: "Migrating",
      "add demo data": "Adding the demo data",
    };
  }

  readonly runStep: RunStep = async (step, work) => {
    const beginning = `${this.#names[step]} … `;
    const startedAt = performance.now();
    if (process.stdout.isTTY) process.stdout.write((this.#open = beginning));
    let outcome = "failed after ";
    try {
      const result = await work();
      outcome = "";
      return result;
    } finally {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stdout.write(`${this.#open === "" ? beginning : ""}${outcome}${seconds} s\n`);
      this.#open = "";
    }
  };

  /** Where the log goes: standard error, on lines of its own. */
  readonly logStream = this.#createLogStream();

  #createLogStream(): { write(line: string): void } {
    const standardError = openStandardError();
    return {
      write: (line) => {
        if (this.#open !== "") process.stdout.write("\n");
        this.#open = "";
        standardError.write(line);
      },
    };
  }
}

/** A path below the folder in which the command was called is shown relative to it. */
export function shownPath(path: string): string {
  const short = relative(resolvePath("."), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}
