#!/usr/bin/env node
// The command `dossier` of an installed package: runs its bundle. In a clone the bundle is rebuilt first if necessary.
import { existsSync } from "node:fs";
import { runBuilt, runServer } from "./bundle.mjs";

const isClone = existsSync(new URL("../server/src/cli.ts", import.meta.url));
await (isClone ? runServer : runBuilt)(process.argv.slice(2));
