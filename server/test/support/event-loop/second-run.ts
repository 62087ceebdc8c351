// Runs again the test files in which a request blocked the event loop: one at a time, after all others have ended, twice
// at most, so the best of three counts. It runs the whole file, because a test may build on those before it; only tests
// that tripped before can fail for it.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import type { Trip } from "./setup.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** the file of trips in a first run; in a second one the tests that must not trip again */
    loopWatch: { noted?: string; again: string[] };
  }
}

const variable = "LOOP_WATCH_AGAIN";

/** Provides the test files with the action for a trip. Returns the second run. */
export function provideWatch(project: TestProject): () => Promise<void> {
  const told = process.env[variable];
  if (told !== undefined) {
    project.provide("loopWatch", { again: JSON.parse(told) as string[] });
    return async () => {};
  }
  const folder = mkdtempSync(join(tmpdir(), "dossier-loop-"));
  const noted = join(folder, "trips");
  project.provide("loopWatch", { noted, again: [] });
  return async () => {
    const trips = existsSync(noted) ? readFileSync(noted, "utf8").trim().split("\n") : [];
    rmSync(folder, { recursive: true });
    await runAgain(
      project.name,
      trips.map((line) => JSON.parse(line) as Trip),
    );
  };
}

async function runAgain(project: string, trips: readonly Trip[]): Promise<void> {
  for (const file of new Set(trips.map((trip) => trip.file))) {
    const own = trips.filter((trip) => trip.file === file);
    for (const { test, holds } of own)
      for (const { who, milliseconds } of holds)
        console.log(
          `${file}: ${who} held the event loop for ${milliseconds} ms in "${test}". The file runs again, alone.`,
        );
    if (
      !(await passesInTwo(
        project,
        file,
        own.map(({ test }) => test),
      ))
    )
      process.exitCode = 1;
  }
}

async function passesInTwo(project: string, file: string, tests: readonly string[]): Promise<boolean> {
  return (await runAlone(project, file, tests)) || runAlone(project, file, tests);
}

function runAlone(project: string, file: string, tests: readonly string[]): Promise<boolean> {
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--project", project, "--reporter=default", file], {
    env: { ...process.env, [variable]: JSON.stringify(tests) },
    stdio: "inherit",
  });
  return new Promise((done) => void child.once("close", (code) => done(code === 0)));
}
