/** Health: the state of the installation, which the service knows and no record holds. */
import { type Api, DossierError, type Output } from "@dossier/api";
import type { RequestContext } from "./context.ts";

/** What is right with the installation, and what to do about what is not. */
export async function findHealth({ readHealth }: RequestContext): Promise<Output<Api["health"]["find"]>> {
  if (!readHealth) throw new DossierError("unavailable", "This program cannot tell the health of a server.");
  return { type: "item", item: await readHealth() };
}
