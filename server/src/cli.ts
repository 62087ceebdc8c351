/** The command line: the only place that writes to the terminal and that ends the process. */
import { styleText } from "node:util";
import { Command, CommanderError } from "commander";
import { addCall } from "./cli/call.ts";
import { addCompare } from "./cli/compare/compare.ts";
import { addDoctor } from "./cli/doctor/doctor.ts";
import { CommandFailure, exitCodeOf, exitCodes, explain } from "./cli/exit.ts";
import { addJobs } from "./cli/jobs.ts";
import { addKey } from "./cli/key.ts";
import { addMigrate } from "./cli/migrate.ts";
import { addOpenapi } from "./cli/openapi.ts";
import { addSeed } from "./cli/seed.ts";
import { addServe } from "./cli/serve.ts";
import { addStatus } from "./cli/status.ts";
import { paintFor, say } from "./cli/terminal.ts";
import { addWorker } from "./cli/worker.ts";
import { version } from "./version.ts";

const helpTail = `
Without a command the server is started. Data goes to standard output, talk to
standard error. Colours: on terminals, unless NO_COLOR or FORCE_COLOR say otherwise.
Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 nobody answers.

Examples:
  dossier serve
  dossier key create webshop --permission CUSTOMER_READ,CUSTOMER_CUD --brand-id 1
  dossier call customer.list --query lovelcae
  dossier doctor`;

const program = new Command("dossier")
  .description("The open customer directory and timeline for service desks")
  .version(version)
  .usage("[command] [options]")
  .helpCommand(false)
  .exitOverride()
  .configureHelp({
    styleTitle: (text) => styleText("bold", text, { validateStream: false }),
    styleOptionTerm: (text) => styleText("cyan", text, { validateStream: false }),
    styleSubcommandTerm: (text) => styleText("cyan", text, { validateStream: false }),
  })
  .showHelpAfterError("Add --help to see what there is.");

addServe(program);
addWorker(program);
addSeed(program);
addMigrate(program);
addStatus(program);
addDoctor(program);
addKey(program);
addJobs(program);
addCall(program);
addCompare(program);
addOpenapi(program);
program.addHelpText("after", helpTail);

/** Without a command the server is started: what comes first then is an option of `serve`. */
function withCommand(words: string[]): string[] {
  const [first] = words;
  const isOwn =
    first !== undefined && (!first.startsWith("-") || ["-h", "--help", "-V", "--version"].includes(first));
  return isOwn ? words : ["serve", ...words];
}

/** What was wrong with the words of the command line, commander has said already. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return;
  }
  const isRaw = error instanceof CommandFailure && error.isRaw;
  say(isRaw ? error.message : `${paintFor(process.stderr)("red", "✗")} ${explain(error)}`);
  process.exit(exitCodeOf(error));
}

process.stdout.on("error", () => process.exit(0)); // whoever was reading has seen enough
program.parseAsync(withCommand(process.argv.slice(2)), { from: "user" }).catch(fail);
