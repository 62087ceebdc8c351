/** `dossier openapi`: prints the OpenAPI document of this release, as served at /openapi.json. */
import { openapi } from "@dossier/api";
import type { Command } from "commander";
import { version } from "../version.ts";
import { printResult } from "./terminal.ts";

/** Adds `openapi`. */
export function addOpenapi(program: Command): void {
  program
    .command("openapi")
    .description("print the OpenAPI document of this release")
    .addHelpText("after", "\nExample:\n  dossier openapi > openapi.json")
    .action(() => printResult(JSON.stringify(openapi(version), null, 2)));
}
