/**
 * Installation secret checks: whether sealed values can be opened, and whether the previous secret is still needed. The
 * rotation's dry run finds both and changes nothing.
 */
import type { Config } from "../../config.ts";
import type { Db } from "../../db/database.ts";
import { findRotationStatus, resealAll } from "../../domain/secret-rotation.ts";
import { readExistingSecrets, previousSecretFile } from "../installation-secret.ts";
import { warning, type Finding, ok, wrong } from "./finding.ts";

/** Checks the sealed values of a database that is migrated to this release. */
export async function checkSecret(db: Db, config: Config): Promise<Finding[]> {
  const secret = readExistingSecrets(config);
  if (!secret) return [];
  const { resealed, unreadable } = await resealAll(db, secret, { look: true });
  if (unreadable > 0)
    return [
      wrong(
        "sealed secrets",
        `${unreadable} of webhooks and CRMs do not open: they were sealed under another secret.`,
        "Name that one in DOSSIER_SECRET_PREVIOUS and restart; or set them anew.",
      ),
    ];
  const opened = ok("sealed secrets", "those of webhooks and CRMs open");
  if (!secret.previous) return [opened];
  const { until, is_over } = (await findRotationStatus(db, secret)) ?? {};
  if (resealed > 0 || until === undefined)
    return [opened, ok("previous secret", "needed: the next start seals anew what it sealed")];
  if (!is_over)
    return [
      opened,
      ok("previous secret", `needed until ${until.toISOString().slice(0, 16).replace("T", " ")} UTC`),
    ];
  const advice = config.previousSecret
    ? "Take DOSSIER_SECRET_PREVIOUS out of the environment."
    : `Remove ${config.secret ? "the file secret of the data folder" : previousSecretFile(config.dataDir)}.`;
  return [opened, warning("previous secret", "is no longer needed.", advice)];
}
