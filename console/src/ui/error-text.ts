/**
 * What a refused act says, in the language of the page: the fault of its first field, else what its code means. The server
 * writes its messages for people, in English; another language has sentences of its own by code.
 */
import { DossierError } from "@dossier/api";
import type { Text } from "../text/en.ts";

export function errorText(error: unknown, text: Text): string {
  if (!(error instanceof DossierError)) return text.failure.unknown;
  return text.failure.refused(error.code, Object.values(error.fields)[0], error.message);
}

/** What is wrong with each field of a refused act. */
export function fieldTexts(error: unknown, text: Text): Readonly<Record<string, string>> {
  if (!(error instanceof DossierError)) return {};
  const { code, fields, message } = error;
  return Object.fromEntries(
    Object.entries(fields).map(([field, fault]) => [field, text.failure.refused(code, fault, message)]),
  );
}
