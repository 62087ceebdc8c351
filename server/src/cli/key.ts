/**
 * `dossier key create|list|revoke`: API keys by hand. A new key's text goes to standard output alone, so that
 * `DOSSIER_KEY=$(dossier key create …)` holds it and nothing else; it is shown this once.
 */
import { api, permissions } from "@dossier/api";
import type { Command } from "commander";
import { answerLines } from "./output/format.ts";
import { ask } from "./call-endpoint.ts";
import { CommandFailure } from "./exit.ts";
import { addTargetOptions, targetHelp, type TargetOptions, withTarget } from "./target/target.ts";
import { columnsOf, paintFor, print, say } from "./terminal.ts";
import { walk } from "./paginate.ts";

interface CreateOptions extends TargetOptions {
  permission?: string[];
  brandId?: string[];
  expires?: string;
  json?: true;
}

const names = {
  name: "<name>",
  permissions: "--permission",
  brand_ids: "--brand-id",
  expires_at: "--expires",
};

/** Adds `key` and what can be done with keys. */
export function addKey(program: Command): void {
  const key = program
    .command("key")
    .description("make, list and revoke API keys")
    .usage("<create|list|revoke> [options]");
  addCreate(key);
  const list = key
    .command("list")
    .description("list the keys, revoked and expired ones among them")
    .option("--json", "one key a line, as JSON");
  addTargetOptions(list)
    .addHelpText("after", `\nExample:\n  dossier key list\n${targetHelp}`)
    .action((options: TargetOptions & { json?: true }) =>
      withTarget(options, (target) => listKeys(target, options)),
    );
  const revoke = key
    .command("revoke <id>")
    .description("revoke a key: it is refused within a second")
    .option("--json", "print the answer as it came");
  addTargetOptions(revoke)
    .addHelpText("after", `\nExample:\n  dossier key revoke 4\n${targetHelp}`)
    .action(revokeKey);
}

function addCreate(key: Command): void {
  const create = key
    .command("create <name>")
    .description("make a key and print it, this once")
    .option(
      "--permission <name>",
      `what it may do, several by comma or repeated: ${permissions.join(", ")}, or all`,
      splitInto,
    )
    .option(
      "--brand-id <number>",
      "a brand it sees, several by comma or repeated; left out: all brands",
      splitInto,
    )
    .option("--expires <when>", "when it stops working: 90d, 12h, 2027-01-31 or a time; left out: never")
    .option("--json", "print the answer as it came, the key in it");
  addTargetOptions(create)
    .addHelpText(
      "after",
      `
Examples:
  dossier key create webshop --permission CUSTOMER_READ,CUSTOMER_CUD --brand-id 1
  dossier key create admin --permission all --expires 90d > admin.key
${targetHelp}`,
    )
    .action(createKey);
}

function splitInto(value: string, before: string[] = []): string[] {
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
    expiresAt: options.expires === undefined ? undefined : momentOf(options.expires),
  };
  const json = options.json === true;
  await withTarget(options, async (target) => {
    const row = api.key.create;
    const { text, body } = await ask(
      target,
      "key.create",
      { row, fields },
      { json, command: "key create", names },
    );
    if (json) return print(text);
    print(String(body.key));
    say(
      `Key ${Number(body.id)}, ${name}, is made. This is the only time it is shown: Dossier keeps its hash.`,
    );
  });
}

const units: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A time from now on, a day or a time; what is none of them is for the endpoint to refuse. */
function momentOf(text: string): string {
  const [, count, unit = ""] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(Date.now() + Number(count) * (units[unit] ?? 0)).toISOString();
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}

async function listKeys(target: Parameters<typeof ask>[0], options: { json?: true }): Promise<void> {
  await walk(target, "key.list", api.key.list, {}, options);
}

async function revokeKey(id: string, options: TargetOptions & { json?: true }): Promise<void> {
  if (!/^[1-9][0-9]{0,14}$/.test(id))
    throw new CommandFailure(
      "usage",
      "Which key? `dossier key list` shows the ids: it is the number, not the key's text.",
    );
  const json = options.json === true;
  await withTarget(options, async (target) => {
    const row = api.key.revoke;
    const reply = await ask(target, "key.revoke", { row, fields: { id } }, { json, command: "key revoke" });
    if (json) return print(reply.text);
    say(paintFor(process.stderr)("green", String(reply.body.message)));
    print(answerLines(reply.body, columnsOf(process.stdout), paintFor(process.stdout)).lines.join("\n"));
  });
}
