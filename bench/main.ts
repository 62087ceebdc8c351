/** `npm run bench`: see README.md beside this file. */
import { parseArgs } from "node:util";
import { openProgress } from "./progress.ts";
import { prepare, sizeOf } from "./world/prepare.ts";
import { killOnExit } from "./servers/processes.ts";
import { tablesOf, writeSection } from "./report.ts";
import { readResults, writeResults } from "./results.ts";
import { countAgain, measure, type Options } from "./rounds.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10k" },
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    concurrency: { type: "string", default: "1,8,64" },
    workers: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    "load-only": { type: "boolean", default: false },
    "count-only": { type: "boolean", default: false },
  },
});

const listOf = (text: string) => text.split(",").filter((word) => word !== "");

function whole(text: string, option: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`--${option} takes whole numbers from 1, not ${text}`);
}

const options: Options = {
  seconds: whole(values.seconds, "seconds"),
  rounds: whole(values.rounds, "rounds"),
  concurrency: listOf(values.concurrency).map((text) => whole(text, "concurrency")),
  workers: whole(values.workers, "workers"),
  only: listOf(values.only),
};
const sizes = listOf(values.sizes);
sizes.forEach(sizeOf); // reports a wrong one before anything starts

killOnExit();
const progress = openProgress();
for (const size of sizes) {
  const prepared = await prepare(size, progress);
  try {
    if (values["load-only"]) continue;
    const kept = await readResults(prepared.cluster.version);
    const before = kept.sizes[size];
    if (values["count-only"]) {
      if (!before) throw new Error(`nothing was measured of ${size} yet`);
      await countAgain(prepared, options, progress, before);
      writeResults(kept);
      writeSection("results", tablesOf(kept));
      continue;
    }
    const result = await measure(prepared, options, progress);
    if (result.work.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
    const results = await readResults(prepared.cluster.version);
    results.sizes[size] = result;
    // A run of some workloads only, or by several processes, is not stored: stored results are always complete and by
    // one process.
    if (options.only.length > 0 || options.workers > 1)
      console.log(tablesOf({ ...results, sizes: { [size]: result } }));
    else {
      writeResults(results);
      writeSection("results", tablesOf(results));
    }
  } finally {
    await prepared.cluster.stop();
  }
}
