// The stored rows of a brand's customers, to compare two ways of writing them.
import { withSql } from "../table-fingerprint.ts";
import type { TestServer } from "../test-server.ts";

/** The rows of a brand's customers with their audit entries and events, without ids. */
export function dumpBrand(world: TestServer, brandId: number): Promise<unknown> {
  return withSql(world, async (client) => {
    const ask = async (text: string): Promise<unknown[]> =>
      (await client.query<object>(text, [brandId])).rows;
    return {
      people: await ask(
        `SELECT primary_id, firstname, lastname, version, (SELECT jsonb_object_agg(key, value - 2) FROM jsonb_each(provenance)) AS origins,
            ARRAY(SELECT h.channel_type_id || ' ' || h.address || ' ' || h.normalised || ' ' || h.source || ' ' || h.key_id
              FROM customer_channel h WHERE h.customer_id = c.id ORDER BY 1) AS channels,
            ARRAY(SELECT s.type::text || s.term FROM search_term s WHERE s.customer_id = c.id AND s.brand_id = $1 ORDER BY 1) AS terms,
            ARRAY(SELECT a.operation || ' ' || a.entity || ' ' || a.key_id || ' ' || a.outcome || ' ' || a.fields::text
              FROM audit_entry a WHERE a.entity = 'customer' AND a.subject_id = c.id AND a.brand_id = $1 ORDER BY a.id) AS trail
          FROM customer c WHERE brand_id = $1 ORDER BY primary_id`,
      ),
      tickets: await ask(
        `SELECT t.contact, c.primary_id FROM ticket t LEFT JOIN customer c ON c.id = t.customer_id
          WHERE t.brand_id = $1 ORDER BY t.id`,
      ),
      former: await ask(
        `SELECT c.primary_id, f.word FROM former_word f JOIN customer c ON c.id = f.customer_id
          WHERE c.brand_id = $1 ORDER BY 1, 2`,
      ),
      words: await ask("SELECT word FROM search_word WHERE brand_id = $1 ORDER BY 1"),
      spellings: await ask(
        "SELECT variant, word FROM search_deletion_variant WHERE brand_id = $1 ORDER BY 1, 2",
      ),
      count: await ask(
        "SELECT sum(count)::int AS n FROM row_count WHERE table_name = 'customer' AND brand_id = $1",
      ),
    };
  });
}
