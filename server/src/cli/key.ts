/**
 * `dossier key create|list|revoke|forget`: manages API keys. The text of a new key is the only output on stdout, so that
 * `DOSSIER_KEY=$(dossier key create …)` captures exactly that; it cannot be shown again.
 */
import { type Command, Option } from "commander";
import { api, lostBy, permissions } from "@dossier/api";
import { readDataDir, resolvePath } from "../config.ts";
import { adminKeyPath, deleteAdminKey } from "../service/admin-key-file.ts";
import { callEndpoint } from "./call-endpoint.ts";
import { withWords } from "./completion/words.ts";
import { addConfirmOption, confirm, type ConfirmOptions } from "./confirm.ts";
import { CommandFailure } from "./exit.ts";
import { addOutputOptions, isJson, outputOf, type OutputOptions, printAnswer } from "./output/output.ts";
import { addTargetOptions, targetName, targetHelp, type TargetOptions } from "./target/target.ts";
import { withTarget } from "./target/open.ts";
import { printResult, printMessage } from "./terminal.ts";
import { paginate } from "./paginate.ts";

interface CreateOptions extends TargetOptions {
  permission?: string[];
  brandId?: string[];
  expires?: string;
  kind?: string;
  headersAllowed?: true;
  json?: true;
}

const optionNames = {
  name: "<name>",
  permissions: "--permission",
  brand_ids: "--brand-id",
  expires_at: "--expires",
  kind: "--kind",
  headers_allowed: "--headers-allowed",
};

/** Adds `key` with its subcommands. */
export function addKey(program: Command): void {
  const key = program
    .command("key")
    .description("make, list and revoke API keys; delete the file with the first one")
    .usage("<create|list|revoke|forget> [options]");
  addCreate(key);
  const list = key.command("list").description("list the keys, revoked and expired ones among them");
  addTargetOptions(addOutputOptions(list, "key.list"))
    .addHelpText("after", `\nExample:\n  dossier key list\n${targetHelp}`)
    .action((options: TargetOptions & OutputOptions) =>
      withTarget(options, (target) => paginate(target, "key.list", {}, options)),
    );
  const revoke = key
    .command("revoke <id>")
    .description("revoke a key and those that it has made: they are refused within a second")
    .option("--adopt", "let the key that asks take over what the revoked one has made, instead of ending it");
  addTargetOptions(addOutputOptions(addConfirmOption(revoke), "key.revoke"))
    .addHelpText(
      "after",
      `\nExamples:\n  dossier key revoke 4\n  dossier key revoke 1 --adopt --yes\n${targetHelp}`,
    )
    .action(revokeKey);
  addForget(key);
}

function addForget(key: Command): void {
  key
    .command("forget")
    .description("delete the file admin-key, which the first start wrote; the key itself stays valid")
    .option("--data-dir <folder>", "the data folder (DOSSIER_DATA_DIR, else ./dossier-data)")
    .addHelpText(
      "after",
      `
Keep the key elsewhere first: Dossier stores only its hash. \`dossier key revoke\` ends a key.

Examples:
  dossier key forget
  dossier key forget --data-dir /var/lib/dossier`,
    )
    .action(forgetKey);
}

function forgetKey({ dataDir }: { dataDir?: string }): void {
  const folder = dataDir === undefined ? readDataDir() : resolvePath(dataDir);
  const path = adminKeyPath(folder);
  let isDeleted: boolean;
  try {
    isDeleted = deleteAdminKey(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure("failed", `${path} could not be deleted (${code}).`, error);
  }
  printMessage(
    isDeleted ? `${path} is deleted. The key stays valid.` : `There is no ${path}. Nothing was deleted.`,
  );
}

function addCreate(key: Command): void {
  const create = key
    .command("create <name>")
    .description("make a key and print it, this once")
    .addOption(
      withWords(
        new Option(
          "--permission <name>",
          `what it may do, several by comma or repeated: ${permissions.join(", ")}, or all`,
        ).argParser(appendList),
        [...permissions, "all"],
        { isList: true },
      ),
    )
    .option(
      "--brand-id <number>",
      "a brand it sees, several by comma or repeated; left out: all brands",
      appendList,
    )
    .option(
      "--expires <when>",
      "when it stops working: 90d, 12h, 2027-01-31 or a time; left out: with the key that makes it",
    )
    .addOption(
      withWords(
        new Option("--kind <kind>", "service, the default: a program's; or person: signs in on pages only"),
        ["service", "person"],
      ),
    )
    .option("--headers-allowed", "let calls carry a person's key too, as a program's")
    .option("--json", "print the answer as it came, the key in it");
  addTargetOptions(create)
    .addHelpText(
      "after",
      `
Examples:
  dossier key create webshop --permission CUSTOMER_READ,CUSTOMER_CUD --brand-id 1
  dossier key create "Mary Jackson" --kind person --permission CUSTOMER_READ,TICKET_READ --expires 90d
  dossier key create admin --permission all --expires 90d > admin.key
${targetHelp}`,
    )
    .action(createKey);
}

function appendList(value: string, before: string[] = []): string[] {
  const words = value.split(",").map((word) => word.trim());
  return [...before, ...words.filter((word) => word !== "")];
}

async function createKey(name: string, options: CreateOptions): Promise<void> {
  const wanted = options.permission ?? [];
  const all = wanted.some((word) => word.toLowerCase() === "all");
  const fields = {
    name,
    permissions: all ? [...permissions] : wanted.map((word) => word.toUpperCase()),
    brandIds: options.brandId,
    kind: options.kind,
    headersAllowed: options.headersAllowed,
    expiresAt: options.expires === undefined ? undefined : parseExpiry(options.expires),
  };
  const json = options.json === true;
  await withTarget(options, async (target) => {
    const report = { json, command: "key create", optionNames };
    const { text, body } = await callEndpoint(target, "key.create", fields, report);
    if (json) return printResult(text);
    printResult(String(body.key));
    printMessage(
      `Key ${Number(body.id)}, ${name}, is made. This is the only time it is shown: Dossier keeps its hash.`,
    );
  });
}

const units: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Parses a duration from now, a date or a time; the endpoint rejects anything else. */
function parseExpiry(text: string): string {
  const [, count, unit = ""] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(Date.now() + Number(count) * (units[unit] ?? 0)).toISOString();
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}

type RevokeOptions = TargetOptions & OutputOptions & ConfirmOptions & { adopt?: true };

async function revokeKey(id: string, options: RevokeOptions): Promise<void> {
  if (!/^[1-9][0-9]{0,14}$/.test(id))
    throw new CommandFailure(
      "usage",
      "Which key? `dossier key list` shows the ids: it is the number, not the key's text.",
    );
  const output = outputOf(options, "key.revoke");
  const loses = options.adopt
    ? "the key; the one that asks takes over those that it has made"
    : (lostBy(api.key.revoke, { id }) ?? "the key");
  await confirm(options, { what: `key revoke ${id}`, loses, place: targetName(options) });
  await withTarget(options, async (target) => {
    const report = { json: isJson(output), command: "key revoke" };
    printAnswer(await callEndpoint(target, "key.revoke", { id, adopt: options.adopt }, report), output);
  });
}
