// Preloaded into a server by tests (NODE_OPTIONS=--import=…): SIGUSR2 blocks its event loop, for BLOCK_MS or for ever,
// like a request whose work never ends. A line on stderr says when the block begins.
import { writeSync } from "node:fs";

const until = process.env.BLOCK_MS ? Number(process.env.BLOCK_MS) : Infinity;

process.on("SIGUSR2", () => {
  writeSync(2, `${JSON.stringify({ msg: "blocked by the test", pid: process.pid })}\n`);
  const begun = performance.now();
  while (performance.now() - begun < until);
});
