/** Backups: the folder of scheduled ones, which the service knows and no record holds. */
import { type Api, DossierError, type Output } from "@dossier/api";
import type { RequestContext } from "./context.ts";

/** What backups there are, and when the next is due. */
export async function findBackups({ readBackups }: RequestContext): Promise<Output<Api["backup"]["find"]>> {
  if (!readBackups)
    throw new DossierError("unavailable", "This program cannot tell the backups of a server.");
  return { type: "item", item: await readBackups() };
}
