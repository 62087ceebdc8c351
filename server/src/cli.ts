/**
 * Command line: parses the arguments, runs a command and sets the exit code. Only this file and cli/ print results and
 * messages; all other code returns values or throws.
 */
import { styleText } from "node:util";
import { Command, CommanderError } from "commander";
import { addBackup } from "./cli/backup/backup.ts";
import { addRestore } from "./cli/backup/restore.ts";
import { addCall, addOptionsOf } from "./cli/call.ts";
import { addCompare } from "./cli/compare/compare.ts";
import { addCompletion } from "./cli/completion/completion.ts";
import { addDoctor } from "./cli/doctor/doctor.ts";
import { CommandFailure, exitCodeOf, exitCodes, describeError } from "./cli/exit.ts";
import { addJobs } from "./cli/jobs.ts";
import { addKey } from "./cli/key.ts";
import { addMigrate } from "./cli/migrate.ts";
import { addOpenapi } from "./cli/openapi.ts";
import { addScrub } from "./cli/scrub/scrub.ts";
import { addSeed } from "./cli/seed.ts";
import { addServe } from "./cli/serve.ts";
import { addStartLink } from "./cli/start-link.ts";
import { addStatus } from "./cli/status.ts";
import { paintFor, printMessage, wrapFor } from "./cli/terminal.ts";
import { addWorker } from "./cli/worker.ts";
import { assertKnownSettings, resolvePath } from "./config.ts";
import { version } from "./version.ts";

const helpTail = `
\`dossier serve\` starts the server. Results go to stdout, messages to stderr.
Colours: on terminals, unless NO_COLOR or FORCE_COLOR say otherwise.
Exit codes: 0 success, 1 failure, 2 usage error, 3 server unreachable.

Examples:
  dossier serve
  dossier key create webshop --permission CUSTOMER_READ,CUSTOMER_CUD --brand-id 1
  dossier call customer.list --query lovelcae
  dossier doctor`;

const program = new Command("dossier")
  .description("The open customer directory and timeline for service desks")
  .version(version)
  .usage("<command> [options]")
  .option("--env-file <file>", "read settings from a file of lines NAME=value; those set already count first")
  .helpCommand(false)
  .exitOverride()
  .configureHelp({
    styleTitle: (text) => styleText("bold", text, { validateStream: false }),
    styleOptionTerm: (text) => styleText("cyan", text, { validateStream: false }),
    styleSubcommandTerm: (text) => styleText("cyan", text, { validateStream: false }),
  })
  .configureOutput({
    writeOut: (text) => void process.stdout.write(wrapFor(process.stdout, text)),
    writeErr: (text) => void process.stderr.write(wrapFor(process.stderr, text)),
  })
  .showHelpAfterError("Use --help for usage.");

addServe(program);
addWorker(program);
addSeed(program);
addMigrate(program);
addBackup(program);
addRestore(program);
addScrub(program);
addStatus(program);
addDoctor(program);
addKey(program);
addStartLink(program);
addJobs(program);
addCall(program);
addCompare(program);
addOpenapi(program);
addCompletion(program, (command) => {
  if (command.parent?.name() === "call") addOptionsOf(command);
});
program.addHelpText("after", helpTail);
program.hook("preAction", (_program, command) => {
  loadEnvironment();
  // These two report unknown settings themselves, with all other faults.
  if (!["serve", "doctor"].includes(command.name())) assertKnownSettings();
});

/** Loads the file of `--env-file`, lines such as NAME=value; variables that are set already stay as they are. */
function loadEnvironment(): void {
  const { envFile } = program.opts<{ envFile?: string }>();
  if (envFile === undefined) return;
  try {
    process.loadEnvFile(resolvePath(envFile));
  } catch {
    throw new CommandFailure("usage", `--env-file names a file that cannot be read: ${envFile}`);
  }
}

/** Prints a failure and sets the exit code; commander has already printed usage errors. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return;
  }
  const isRaw = error instanceof CommandFailure && error.isRaw;
  printMessage(isRaw ? error.message : `${paintFor(process.stderr)("red", "✗")} ${describeError(error)}`);
  process.exit(exitCodeOf(error));
}

process.stdout.on("error", () => process.exit(0)); // the reader has closed the pipe
// Without arguments the help is shown.
const args = process.argv.slice(2);
program.parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" }).catch(fail);
