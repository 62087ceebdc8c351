/** The statements that erase a person from tickets, messages and initiators of events; parameters in the register. */
import type { Statement } from "../../db/database.ts";

// Whether the customer that the ticket has, or whose restore it waits for, is another one that has its contact's address.
const hasAddress = `(EXISTS (SELECT FROM customer_channel h WHERE h.brand_id = $3 AND h.channel_type_id = k.channel_type_id
              AND h.normalised = k.contact AND h.customer_id = k.customer_id AND h.customer_id <> ALL ($1))
            OR EXISTS (SELECT FROM deleted_customer_channel d WHERE d.customer_id = k.former_customer_id
              AND d.channel_type_id = k.channel_type_id AND d.normalised = k.contact AND d.customer_id <> ALL ($1)))`;

// A number is one datum in all its types; any other address is one of its type alone.
const isContact = (typeId: string, value: string) =>
  `(${value} = k.contact AND (${typeId} = k.channel_type_id OR k.contact LIKE '+%'))`;

// The same, or had it, a number under any type: what came from the address then is that customer's.
const hadAddress = `(EXISTS (SELECT FROM customer_channel h WHERE h.customer_id = k.customer_id
              AND ${isContact("h.channel_type_id", "h.normalised")} AND h.customer_id <> ALL ($1))
            OR EXISTS (SELECT FROM deleted_customer_channel d WHERE d.customer_id = k.former_customer_id
              AND ${isContact("d.channel_type_id", "d.normalised")} AND d.customer_id <> ALL ($1))
            OR EXISTS (SELECT FROM former_identifier f
              WHERE f.customer_id = coalesce(k.customer_id, k.former_customer_id) AND f.customer_id <> ALL ($1)
                AND ${isContact("f.channel_type_id", "f.value")}))`;

// Whose a ticket is, in the order of the parts: it is linked to them; their deletion unlinked it; nobody has or had it,
// and it is from an address of theirs; it is from an address that only they have; a call gave it to another, and it is
// from an address of theirs; its contact gave an e-mail address or number of theirs on a channel of another type. In the
// last three it stays linked to another. Each part of the UNION is read in the order of the one index that serves it, so
// that its LIMIT ends the reading whatever the statistics say. Without an order, or in that of the ids alone, the planner
// may read the whole table instead: from end to end, or by its primary key, in which PostgreSQL 17 and later can merge
// the parts. A range of one value, unlike an equality, keeps its column in the order. OFFSET 0 keeps the join a loop over
// the words found. A ticket that another call moves meanwhile is looked at once more.
export const eraseTickets: Statement = {
  name: "erase_tickets",
  text: `WITH portion AS (
      SELECT id, bool_or(anywhere) AS anywhere FROM (
        (SELECT id, false AS anywhere FROM ticket WHERE customer_id = ANY ($1) ORDER BY customer_id, created_at, id LIMIT $2)
        UNION ALL (SELECT id, false FROM ticket WHERE former_customer_id = ANY ($1) ORDER BY former_customer_id, id LIMIT $2)
        UNION ALL (SELECT t.id, false FROM unnest($4::bigint[], $5::text[]) AS a (channel_type_id, normalised)
          CROSS JOIN LATERAL (SELECT id FROM ticket k
            WHERE brand_id = $3 AND channel_type_id = a.channel_type_id AND contact BETWEEN a.normalised AND a.normalised
              AND customer_id IS NULL AND former_customer_id IS NULL
            ORDER BY contact, id LIMIT $2) AS t)
        UNION ALL (SELECT t.id, true FROM unnest($6::bigint[], $7::text[]) AS a (channel_type_id, normalised)
          CROSS JOIN LATERAL (SELECT k.id FROM ticket_term w
            CROSS JOIN LATERAL (SELECT id FROM ticket k
              WHERE id = w.ticket_id AND channel_type_id = a.channel_type_id AND contact = a.normalised AND NOT ${hadAddress} OFFSET 0) AS k
            WHERE w.brand_id = $3 AND w.type = 'a' AND w.term BETWEEN a.normalised AND a.normalised
            ORDER BY w.term, w.ticket_id DESC LIMIT $2) AS t)
        UNION ALL (SELECT k.id, true FROM ticket_former_link l
          CROSS JOIN LATERAL (SELECT id FROM ticket k
            WHERE id = l.ticket_id AND (channel_type_id, contact) IN (SELECT * FROM unnest($8::bigint[], $9::text[]))
              AND NOT ${hasAddress} OFFSET 0) AS k
          WHERE l.customer_id = ANY ($1) ORDER BY l.customer_id, l.ticket_id LIMIT $2)
        UNION ALL (SELECT t.id, true FROM unnest($10::text[]) AS a (normalised)
          CROSS JOIN LATERAL (SELECT k.id FROM ticket_term w
            CROSS JOIN LATERAL (SELECT id FROM ticket k WHERE id = w.ticket_id AND NOT ${hadAddress} OFFSET 0) AS k
            WHERE w.brand_id = $3 AND w.type = 'c' AND w.term BETWEEN a.normalised AND a.normalised
            ORDER BY w.term, w.ticket_id DESC LIMIT $2) AS t)) AS theirs
      GROUP BY id ORDER BY id LIMIT $2),
    emptied AS (
      UPDATE ticket SET contact = NULL, from_address = '', from_name = '', to_address = '', title = '',
          crm_conflict = NULL, crm_candidates = NULL,
          customer_id = CASE WHEN customer_id = ANY ($1) THEN NULL ELSE customer_id END,
          former_customer_id = CASE WHEN former_customer_id = ANY ($1) THEN NULL ELSE former_customer_id END
        WHERE id = ANY (ARRAY(SELECT id FROM portion))
          AND (customer_id IS NULL OR customer_id = ANY ($1) OR id = ANY (ARRAY(SELECT id FROM portion WHERE anywhere)))
        RETURNING id),
    said AS (
      UPDATE message SET author = '', from_address = '', to_address = '', content = ''
        WHERE ticket_id = ANY (ARRAY(SELECT id FROM emptied)) RETURNING id),
    recipients AS (DELETE FROM message_recipient WHERE message_id = ANY (ARRAY(SELECT id FROM said))),
    words AS (DELETE FROM ticket_term WHERE ticket_id = ANY (ARRAY(SELECT id FROM emptied))),
    candidates AS (DELETE FROM ticket_crm_candidate WHERE ticket_id = ANY (ARRAY(SELECT id FROM emptied)))
    SELECT CASE WHEN (SELECT count(*) FROM emptied) < (SELECT count(*) FROM portion) THEN $2
        ELSE (SELECT count(*) FROM portion) END AS looked_at,
      (SELECT count(*) FROM emptied) AS tickets, (SELECT count(*) FROM said) AS messages`,
};

export const deleteFormerLinks: Statement = {
  name: "erase_former_links",
  text: "DELETE FROM ticket_former_link WHERE customer_id = ANY ($1)",
};

// Tickets of others in which theirs is the other party's address: the address goes, also from the messages that repeat it.
export const eraseParties: Statement = {
  name: "erase_parties",
  text: `WITH portion AS (
      SELECT DISTINCT t.ticket_id FROM unnest($2::text[]) AS a (normalised)
        CROSS JOIN LATERAL (SELECT ticket_id FROM ticket_term
          WHERE brand_id = $1 AND type = 'o' AND term = a.normalised ORDER BY ticket_id DESC LIMIT $3) AS t LIMIT $3),
    parties AS (
      SELECT id, direction, CASE direction WHEN 'inbound' THEN to_address ELSE from_address END AS address FROM ticket
        WHERE id = ANY (ARRAY(SELECT ticket_id FROM portion)) FOR NO KEY UPDATE),
    emptied AS (
      UPDATE ticket t SET to_address = CASE t.direction WHEN 'inbound' THEN '' ELSE t.to_address END,
          from_address = CASE t.direction WHEN 'inbound' THEN t.from_address ELSE '' END
        FROM parties p WHERE t.id = p.id),
    said AS (
      UPDATE message m SET from_address = CASE m.from_address WHEN p.address THEN '' ELSE m.from_address END,
          to_address = CASE m.to_address WHEN p.address THEN '' ELSE m.to_address END
        FROM parties p WHERE m.ticket_id = p.id AND p.address IN (m.from_address, m.to_address)),
    gone AS (DELETE FROM ticket_term WHERE type = 'o' AND ticket_id = ANY (ARRAY(SELECT ticket_id FROM portion)))
    SELECT count(*) AS looked_at FROM portion`,
};

// In tickets of others, messages that were forwarded to them: the text belongs to the others, the address does not.
export const deleteRecipients: Statement = {
  name: "erase_recipients",
  text: `WITH portion AS (
      SELECT r.message_id FROM unnest($2::bigint[], $3::text[]) AS a (channel_type_id, normalised)
        CROSS JOIN LATERAL (SELECT message_id FROM message_recipient
          WHERE brand_id = $1 AND channel_type_id = a.channel_type_id AND normalised = a.normalised LIMIT $4) AS r LIMIT $4),
    emptied AS (UPDATE message SET to_address = '' WHERE id = ANY (ARRAY(SELECT message_id FROM portion))),
    gone AS (DELETE FROM message_recipient WHERE message_id = ANY (ARRAY(SELECT message_id FROM portion)))
    SELECT count(*) AS looked_at FROM portion`,
};

// Events of others that name their address as the initiator: the rest of the event is the others'.
export const deleteInitiators: Statement = {
  name: "erase_initiators",
  text: `WITH portion AS (
      SELECT r.event_id FROM unnest($2::bigint[], $3::text[]) AS a (channel_type_id, normalised)
        CROSS JOIN LATERAL (SELECT event_id FROM event_initiator
          WHERE brand_id = $1 AND channel_type_id = a.channel_type_id AND normalised = a.normalised LIMIT $4) AS r LIMIT $4),
    emptied AS (UPDATE event SET initiated_by = '' WHERE id = ANY (ARRAY(SELECT event_id FROM portion))),
    gone AS (DELETE FROM event_initiator WHERE event_id = ANY (ARRAY(SELECT event_id FROM portion)))
    SELECT count(*) AS looked_at FROM portion`,
};
