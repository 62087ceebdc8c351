// `npm start`: updates the bundle and serves. The arguments are those of `serve`. (The `exec` in package.json passes
// the signals of npm on to this process: a shell in between would end and leave it running.)
import { runServer } from "./bundle.mjs";

await runServer(["serve", ...process.argv.slice(2)]);
