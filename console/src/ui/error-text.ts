/** What a refused act says: the fault of its first field, else the error's message, which the server writes for people. */
import { DossierError } from "@dossier/api";
import type { Text } from "../text/en.ts";

export function errorText(error: unknown, text: Text): string {
  if (!(error instanceof DossierError)) return text.failure.unknown;
  return Object.values(error.fields)[0] ?? error.message;
}
