#!/usr/bin/env node
// The command `dossier` of an installed package: its bundle as it was built. In a clone it is brought up to date first.
import { existsSync } from "node:fs";
import { runBuilt, runServer } from "./bundle.mjs";

const isClone = existsSync(new URL("../server/src/cli.ts", import.meta.url));
await (isClone ? runServer : runBuilt)(process.argv.slice(2));
