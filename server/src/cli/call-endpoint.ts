/** One call of an endpoint by its name: what is refused comes back under the names of the options it was asked by. */
import { DossierError } from "@dossier/api";
import { refusalOf, type Telling } from "./error-report.ts";
import type { Asked, Reply } from "./request.ts";
import type { Target } from "./target/target.ts";

/** Asks a target. */
export async function ask(target: Target, name: string, asked: Asked, telling: Telling = {}): Promise<Reply> {
  try {
    return await target.ask(asked);
  } catch (error) {
    if (error instanceof DossierError)
      throw refusalOf(error, name, asked.row, { ...telling, hasKey: target.hasKey });
    throw error;
  }
}
