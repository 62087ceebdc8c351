/** `npm run bench`: see README.md beside this file. */
import { openProgress } from "./progress.ts";
import { prepare } from "./prepare.ts";

const progress = openProgress();
const { cluster, world, loadSeconds } = await prepare(process.argv[2] ?? "10k", progress);
progress.say(`${world.customers} customers, loaded in ${loadSeconds} s`);
await cluster.stop();
