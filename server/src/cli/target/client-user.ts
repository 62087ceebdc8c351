/** Client user: the account that runs the command, which every call names for the audit trail. */
import { userInfo } from "node:os";

/** The header of a call: the account's name, percent-encoded, because a header holds Latin-1 only. */
export function clientUserHeader(): Record<string, string> {
  const name = accountName();
  return name === undefined ? {} : { "dossier-client-user": encodeURIComponent(name) };
}

/** Containers often run under a number that has no account. */
function accountName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}
