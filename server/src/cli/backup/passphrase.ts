/** Passphrase of a backup: from its file, or the environment. */
import { readBackupPassphrase } from "../../config.ts";
import { minPassphrase } from "../../config/backup-settings.ts";
import { CommandFailure } from "../exit.ts";
import { readText } from "../terminal.ts";

/** The passphrase; undefined if none is named. @throws CommandFailure for one that is too short */
export function readPassphrase({ passphraseFile }: { passphraseFile?: string }): string | undefined {
  if (passphraseFile === undefined) return readBackupPassphrase();
  const text = readText(passphraseFile, "--passphrase-file").trim();
  if (text.length >= minPassphrase) return text;
  throw new CommandFailure(
    "usage",
    `The passphrase must have ${minPassphrase} or more characters. \`openssl rand -base64 24\` makes one.`,
  );
}
