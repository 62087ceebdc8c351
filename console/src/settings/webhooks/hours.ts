/** Hours of the last day, with the deliveries of what happened in them. */
import type { WebhookDelivery } from "@dossier/api";

const hourMs = 3_600_000;

/** One hour of the last day. */
export interface Hour {
  all: number;
  failed: number;
}

/** Counts deliveries by the hours before a moment. */
export function hoursOf(
  deliveries: readonly Pick<WebhookDelivery, "createdAt" | "state">[],
  now: number,
): Hour[] {
  const hours = Array.from({ length: 24 }, () => ({ all: 0, failed: 0 }));
  for (const { createdAt, state } of deliveries) {
    const hour = hours[23 - Math.floor((now - Date.parse(createdAt)) / hourMs)];
    if (!hour) continue;
    hour.all += 1;
    if (state === "failed") hour.failed += 1;
  }
  return hours;
}
