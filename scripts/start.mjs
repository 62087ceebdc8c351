// `npm start`: brings the bundle up to date and serves. Arguments are those of `serve`. (The `exec` in package.json hands
// the signals that npm passes on to this process: the shell in between would die of them and leave it running.)
import { runServer } from "./bundle.mjs";

await runServer(["serve", ...process.argv.slice(2)]);
