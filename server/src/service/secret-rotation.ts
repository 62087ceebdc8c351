/** Rotation of the installation secret: once at the start, in the background. */
import type { Db } from "../db/database.ts";
import type { Secret } from "../domain/context.ts";
import { findRotationStatus, recordSecretUse, resealAll } from "../domain/secret-rotation.ts";
import type { Log } from "../log.ts";

/** Reseals what the previous secret sealed, and logs how long that secret is still needed. Never fails. */
export async function rotateSecret(db: Db, secret: Secret, log: Log): Promise<void> {
  try {
    await recordSecretUse(db, secret);
    if (!secret.previous) return;
    const counts = await resealAll(db, secret);
    const { until, is_over } = (await findRotationStatus(db, secret)) ?? {};
    if (counts.unreadable > 0)
      log.warn(counts, "some webhook or CRM secrets cannot be decrypted with either installation secret");
    else if (is_over) log.warn(counts, "the previous secret is no longer needed: remove it");
    else
      log.info(
        { ...counts, until },
        "re-encrypted what the previous secret had encrypted; it is needed until then",
      );
  } catch (error) {
    log.warn({ err: error }, "could not re-encrypt with the current secret; the next start tries again");
  }
}
