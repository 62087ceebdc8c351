// `node scripts/run.mjs <command …>`: runs any command of the server from an up-to-date bundle.
import { runServer } from "./bundle.mjs";

await runServer(process.argv.slice(2));
