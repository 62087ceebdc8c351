/** Sessions, as far as the rules go: what a caller may learn of the key in use. The cookie is HTTP's affair. */
import type { Ask } from "../context.ts";

/** Who asks, by the key in use. */
export async function describeCaller({ caller }: Ask) {
  const { keyId, name, brands } = caller;
  const item = {
    key_id: keyId,
    name,
    permissions: [...caller.permissions],
    brand_ids: brands && [...brands],
  };
  return { type: "item" as const, item };
}

/** Giving a session up changes nothing but the cookie. */
export async function closeSession({ caller }: Ask) {
  return {
    type: "result" as const,
    message: "Session closed.",
    id: caller.keyId,
    outcome: "deleted" as const,
  };
}
