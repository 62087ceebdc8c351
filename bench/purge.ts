/** The purge of one customer with 100,000 events: the longest work of a single request. */
import type { Cluster } from "./servers/cluster.ts";
import type { Dossier } from "./servers/dossier.ts";

const events = 100_000;

/** Its duration in seconds. */
export async function timePurge(cluster: Cluster, dossier: Dossier, run: number): Promise<number> {
  const headers = { apiKey: dossier.key, "content-type": "application/json" };
  const made = await fetch(`${dossier.url}/api/v2/customer`, {
    method: "POST",
    headers,
    body: JSON.stringify({ brand_id: 1, primary_id: `P-${run}`, firstname: "Petra", lastname: "Purge" }),
  });
  const { id } = (await made.json()) as { id: number };
  await cluster.use("run", (client) =>
    client.query(
      `INSERT INTO event (customer_id, type, message, initiated_by, occurred_at)
        SELECT $1, 'order', 'Order ' || n || ' was shipped', 'shop', now() - n * interval '1 minute'
        FROM generate_series(1, ${events}) AS n`,
      [id],
    ),
  );
  const begun = performance.now();
  const answer = await fetch(`${dossier.url}/api/v2/customer/purgeData/${id}`, {
    method: "DELETE",
    headers: { apiKey: dossier.key },
  });
  const told = (await answer.json()) as { receipt?: { events?: number } };
  if (told.receipt?.events !== events) throw new Error(`the purge answered ${JSON.stringify(told)}`);
  return (performance.now() - begun) / 1000;
}
