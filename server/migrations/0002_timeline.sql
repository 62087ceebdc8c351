-- What happens to customers: tickets with their messages, events, and how many there are of each.

-- Sharded counter: how many rows a table has in a brand, in slots. Connections that share a slot write one row, so that
-- inserts do not queue for one row; the total is the sum of at most 64. brand_id 0 means no brand, so there is no
-- foreign key; a trigger deletes the rows of a deleted brand.
CREATE TABLE row_count (
  table_name text NOT NULL,
  brand_id   bigint NOT NULL,
  slot       integer NOT NULL,
  count      bigint NOT NULL,
  PRIMARY KEY (table_name, brand_id, slot)
) WITH (fillfactor = 50);
COMMENT ON INDEX row_count_pkey IS 'The slots of a counter of rows.';

-- A transaction holds the slot of a count until it ends. A deletion takes a slot that is not locked, so that neither it
-- nor a purge waits for a long transaction that has inserted something in the brand.
CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  one record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO row_count AS c (table_name, brand_id, slot, count)
    SELECT TG_TABLE_NAME, coalesce(brand_id, 0), pg_backend_pid() % 64, count(*)
      FROM changed GROUP BY brand_id ORDER BY brand_id
    ON CONFLICT (table_name, brand_id, slot) DO UPDATE SET count = c.count + excluded.count;
    RETURN NULL;
  END IF;
  FOR one IN SELECT coalesce(brand_id, 0) AS brand_id, count(*) AS deleted FROM changed GROUP BY 1 ORDER BY 1 LOOP
    UPDATE row_count SET count = count - one.deleted
      WHERE table_name = TG_TABLE_NAME AND brand_id = one.brand_id AND slot = (
        SELECT slot FROM row_count WHERE table_name = TG_TABLE_NAME AND brand_id = one.brand_id
          ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
      INSERT INTO row_count AS c (table_name, brand_id, slot, count)
        VALUES (TG_TABLE_NAME, one.brand_id, pg_backend_pid() % 64, -one.deleted)
      ON CONFLICT (table_name, brand_id, slot) DO UPDATE SET count = c.count + excluded.count;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_counted AFTER INSERT ON customer
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER customer_uncounted AFTER DELETE ON customer
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

-- Change feed: the last change of every customer (kind 1) and ticket (kind 2). `position` is the transaction of the
-- change, by its xid, plus `shift`; a reader that stops before the oldest open transaction misses none, however late one
-- commits. `horizon` is that oldest transaction when the change was written: a change written later has no position
-- before it, which leads from a time to a position. A restore into a server whose xids are behind raises `shift` at the
-- next start (server/src/domain/change-feed.ts). The row of a deleted customer stays, without a word of it.
CREATE TABLE change_clock (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  shift bigint NOT NULL DEFAULT 0
);
COMMENT ON INDEX change_clock_pkey IS 'The only shift.';
INSERT INTO change_clock DEFAULT VALUES;
CREATE TABLE record_change (
  kind       smallint NOT NULL,
  record_id  bigint NOT NULL,
  brand_id   bigint NOT NULL,
  position   bigint NOT NULL,
  horizon    bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  deleted_at timestamptz(3),
  PRIMARY KEY (kind, record_id)
);
CREATE INDEX record_change_order ON record_change (brand_id, kind, (deleted_at IS NULL), position, record_id);
CREATE INDEX record_change_time ON record_change (kind, changed_at);
COMMENT ON INDEX record_change_pkey IS 'The last change of a customer or ticket.';
COMMENT ON INDEX record_change_order IS 'The changes of a brand in the order of the feed; the live customers by their last change.';
COMMENT ON INDEX record_change_time IS 'The last change before a time, where the feed since that time begins.';

CREATE FUNCTION note_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO record_change AS c (kind, record_id, brand_id, position, horizon, changed_at)
  SELECT TG_ARGV[0]::smallint, id, brand_id, shift + pg_current_xact_id()::text::bigint,
      shift + pg_snapshot_xmin(pg_current_snapshot())::text::bigint, clock_timestamp()
    FROM added CROSS JOIN change_clock
  ON CONFLICT (kind, record_id) DO UPDATE SET position = excluded.position, horizon = excluded.horizon,
    changed_at = excluded.changed_at, deleted_at = NULL;
  RETURN NULL;
END $$;
CREATE FUNCTION note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE record_change SET position = k.shift + pg_current_xact_id()::text::bigint,
      horizon = k.shift + pg_snapshot_xmin(pg_current_snapshot())::text::bigint, changed_at = clock_timestamp(),
      deleted_at = CASE WHEN TG_OP = 'DELETE' THEN clock_timestamp() END
    FROM change_clock k WHERE kind = TG_ARGV[0]::smallint AND record_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_noted_added AFTER INSERT ON customer
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added(1);
CREATE TRIGGER customer_noted_changed AFTER UPDATE ON customer
  FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION note_changed(1);
CREATE TRIGGER customer_noted_deleted AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION note_changed(1);

-- The audit trail outlives its brand, and so does its count.
CREATE FUNCTION delete_brand_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM record_change WHERE brand_id = OLD.id;
  DELETE FROM row_count WHERE brand_id = OLD.id AND table_name <> 'audit_entry';
  RETURN NULL;
END $$;
CREATE TRIGGER brand_counts_deleted AFTER DELETE ON brand FOR EACH ROW EXECUTE FUNCTION delete_brand_counts();

-- `contact` is the contact's address in the form in which addresses are compared; a ticket without one (a withheld
-- number) is linked by hand only. A transaction that writes a channel or a ticket with an address takes the address's
-- advisory lock before it looks for the other side, so that the two never miss each other.
CREATE TABLE ticket (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  brand_id           bigint NOT NULL REFERENCES brand (id),
  channel_type_id    bigint NOT NULL REFERENCES channel_type (id),
  direction          text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  from_address       text NOT NULL DEFAULT '',
  from_name          text NOT NULL DEFAULT '',
  to_address         text NOT NULL DEFAULT '',
  contact            text COLLATE "C",
  title              text NOT NULL DEFAULT '',
  status             text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'open', 'pending', 'solved', 'closed')),
  priority           text NOT NULL DEFAULT 'medium' CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
  customer_id        bigint,
  -- the customer it had when that customer was deleted: it waits for the restore or the purge of that one, and only a
  -- call that names the ticket gives it to another
  former_customer_id bigint,
  created_at         timestamptz(3) NOT NULL DEFAULT now(),
  last_update        timestamptz(3) NOT NULL DEFAULT now(),
  closed_at          timestamptz(3),
  -- why the CRM linked no customer: a conflict, by its code, or how many the CRM knows by the address
  crm_conflict       text,
  crm_candidates     integer,
  CONSTRAINT ticket_customer FOREIGN KEY (brand_id, customer_id) REFERENCES customer (brand_id, id),
  CHECK (customer_id IS NULL OR former_customer_id IS NULL)
);
CREATE INDEX ticket_list ON ticket (brand_id, (customer_id IS NULL), status, id);
CREATE INDEX ticket_channel_list ON ticket (brand_id, channel_type_id, status, id);
CREATE INDEX ticket_created ON ticket (brand_id, created_at, id);
CREATE INDEX ticket_customer_list ON ticket (customer_id, status, id) WHERE customer_id IS NOT NULL;
CREATE INDEX ticket_customer_time ON ticket (customer_id, created_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX ticket_former_customer ON ticket (former_customer_id, id) WHERE former_customer_id IS NOT NULL;
CREATE INDEX ticket_unlinked ON ticket (brand_id, channel_type_id, contact, id)
  WHERE customer_id IS NULL AND former_customer_id IS NULL AND contact IS NOT NULL;
COMMENT ON INDEX ticket_pkey IS 'A ticket by its id.';
COMMENT ON INDEX ticket_list IS 'The tickets of a brand, also by status, with or without a customer, newest first.';
COMMENT ON INDEX ticket_channel_list IS 'The tickets of a brand by channel type, also by status, newest first.';
COMMENT ON INDEX ticket_created IS 'The tickets of a brand since a time; the time never changes.';
COMMENT ON INDEX ticket_customer_list IS 'The tickets of a customer, also by status, newest first.';
COMMENT ON INDEX ticket_customer_time IS 'The tickets in the timeline of a customer, newest first.';
COMMENT ON INDEX ticket_former_customer IS 'The tickets that a deleted customer had, to link them again or to erase them.';
COMMENT ON INDEX ticket_unlinked IS 'The tickets that no customer has or had, by the address of their contact.';
ALTER TABLE ticket
  ALTER from_address SET STATISTICS 0, ALTER from_name SET STATISTICS 0, ALTER to_address SET STATISTICS 0,
  ALTER contact SET STATISTICS 0, ALTER title SET STATISTICS 0;
CREATE TRIGGER ticket_counted AFTER INSERT ON ticket
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER ticket_uncounted AFTER DELETE ON ticket
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER ticket_noted_added AFTER INSERT ON ticket
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added(2);
CREATE TRIGGER ticket_noted_changed AFTER UPDATE ON ticket
  FOR EACH ROW WHEN ((OLD.title, OLD.status, OLD.priority, OLD.customer_id, OLD.last_update, OLD.closed_at,
      OLD.from_address, OLD.from_name, OLD.to_address)
    IS DISTINCT FROM (NEW.title, NEW.status, NEW.priority, NEW.customer_id, NEW.last_update, NEW.closed_at,
      NEW.from_address, NEW.from_name, NEW.to_address)) EXECUTE FUNCTION note_changed(2);
CREATE TRIGGER ticket_noted_deleted AFTER DELETE ON ticket FOR EACH ROW EXECUTE FUNCTION note_changed(2);

-- Customers from whom a call took a ticket by naming it. `by_deletion`: the ticket waited for the restore of this one,
-- which is still deleted. A purge follows these links, and a restore reports them.
CREATE TABLE ticket_former_link (
  customer_id bigint NOT NULL,
  ticket_id   bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  by_deletion boolean NOT NULL,
  PRIMARY KEY (customer_id, ticket_id)
);
CREATE INDEX ticket_former_link_ticket ON ticket_former_link (ticket_id);
COMMENT ON INDEX ticket_former_link_pkey IS 'The tickets that were taken from a customer, for its restore and its purge.';
COMMENT ON INDEX ticket_former_link_ticket IS 'The customers from whom a ticket was taken, when it is unlinked again.';

-- The inverted index of tickets. type: w a word of the title; a the contact's address; c an e-mail address or telephone
-- number in the contact's address, if that is of another type; o one in the other party's. Purges use the last two.
CREATE TABLE ticket_term (
  brand_id  bigint NOT NULL,
  type      "char" NOT NULL,
  term      text COLLATE "C" NOT NULL,
  ticket_id bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ticket_term_unique ON ticket_term (brand_id, type, term, ticket_id DESC);
CREATE INDEX ticket_term_ticket ON ticket_term (ticket_id);
COMMENT ON INDEX ticket_term_unique IS 'The tickets with a word, newest first.';
COMMENT ON INDEX ticket_term_ticket IS 'The terms of a ticket, for a change of its title and for a purge.';
ALTER TABLE ticket_term ALTER type SET STATISTICS 0, ALTER term SET STATISTICS 0;

-- The customers that a CRM knows by the contact's address, if it knows several.
CREATE TABLE ticket_crm_candidate (
  ticket_id  bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  position   integer NOT NULL, -- in the CRM's response
  brand_id   bigint NOT NULL,
  primary_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (ticket_id, position)
);
CREATE INDEX ticket_crm_candidate_primary_id ON ticket_crm_candidate (brand_id, primary_id);
COMMENT ON INDEX ticket_crm_candidate_pkey IS 'The candidates of a ticket, in the order of the CRM.';
COMMENT ON INDEX ticket_crm_candidate_primary_id IS 'The tickets with a primary id among their candidates, for the purge of its customer.';
ALTER TABLE ticket_crm_candidate ALTER primary_id SET STATISTICS 0;

-- Messages and notes of tickets. `customer_id` repeats the ticket's, so that a timeline is one index scan.
CREATE TABLE message (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id       bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  customer_id     bigint,
  type            text NOT NULL CHECK (type IN ('message', 'note')),
  channel_type_id bigint REFERENCES channel_type (id), -- none for a note
  direction       text CHECK (direction IN ('inbound', 'outbound')),
  author          text NOT NULL DEFAULT '',
  from_address    text NOT NULL DEFAULT '',
  to_address      text NOT NULL DEFAULT '',
  content         text NOT NULL,
  created_at      timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX message_ticket ON message (ticket_id, created_at, id);
CREATE INDEX message_customer_time ON message (customer_id, type, created_at, id) WHERE customer_id IS NOT NULL;
COMMENT ON INDEX message_pkey IS 'A message by its id.';
COMMENT ON INDEX message_ticket IS 'The messages of a ticket in their order.';
COMMENT ON INDEX message_customer_time IS 'The messages in the timeline of a customer, newest first.';
ALTER TABLE message
  ALTER author SET STATISTICS 0, ALTER from_address SET STATISTICS 0, ALTER to_address SET STATISTICS 0,
  ALTER content SET STATISTICS 0;

-- Messages sent to an address other than the ticket's own contact, for the purge of the customer who has it.
CREATE TABLE message_recipient (
  brand_id        bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  normalised      text COLLATE "C" NOT NULL,
  message_id      bigint NOT NULL REFERENCES message (id) ON DELETE CASCADE,
  PRIMARY KEY (brand_id, channel_type_id, normalised, message_id)
);
CREATE INDEX message_recipient_message ON message_recipient (message_id);
COMMENT ON INDEX message_recipient_pkey IS 'The messages sent to an address, for the purge of the customer who has it.';
COMMENT ON INDEX message_recipient_message IS 'The other address a message was sent to, when its ticket is emptied.';
ALTER TABLE message_recipient ALTER normalised SET STATISTICS 0;

-- A customer's id is never reused and its events stay in place when it is deleted, so there is no foreign key
-- to the directory: the statement that adds an event locks the customer's row, and the purge that deletes the events
-- holds a stronger lock.
CREATE TABLE event (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id  bigint NOT NULL,
  type         text COLLATE "C" NOT NULL,
  message      text NOT NULL,
  initiated_by text NOT NULL DEFAULT '',
  source_url   text NOT NULL DEFAULT '',
  event_id     text COLLATE "C",
  occurred_at  timestamptz NOT NULL DEFAULT now(), -- fast events are ordered by their microseconds
  key_id       bigint,
  source_ref   text NOT NULL DEFAULT '' -- where to read more, if it is no web address
);
CREATE UNIQUE INDEX event_dedup ON event (customer_id, event_id) WHERE event_id IS NOT NULL; -- most events have none
CREATE INDEX event_time ON event (customer_id, occurred_at, id);
CREATE INDEX event_type_time ON event (customer_id, type, occurred_at, id);
COMMENT ON INDEX event_pkey IS 'An event by its id, which its webhook sends.';
COMMENT ON INDEX event_dedup IS 'An event by the id that the caller gave it, unique for a customer.';
COMMENT ON INDEX event_time IS 'The timeline of a customer, newest first.';
COMMENT ON INDEX event_type_time IS 'The timeline of a customer, one type of event, newest first.';
ALTER TABLE event
  ALTER type SET STATISTICS 0, ALTER message SET STATISTICS 0, ALTER initiated_by SET STATISTICS 0,
  ALTER source_url SET STATISTICS 0, ALTER event_id SET STATISTICS 0, ALTER source_ref SET STATISTICS 0;

-- Events that name an e-mail address (under the type e-mail) or a telephone number (telephone) as their initiator, for
-- the purge of the customer who has it.
CREATE TABLE event_initiator (
  brand_id        bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  normalised      text COLLATE "C" NOT NULL,
  event_id        bigint NOT NULL REFERENCES event (id) ON DELETE CASCADE,
  PRIMARY KEY (brand_id, channel_type_id, normalised, event_id)
);
CREATE INDEX event_initiator_event ON event_initiator (event_id);
COMMENT ON INDEX event_initiator_pkey IS 'The events that an address initiated, for the purge of the customer who has it.';
COMMENT ON INDEX event_initiator_event IS 'The address that initiated an event, when the event is deleted.';
ALTER TABLE event_initiator ALTER normalised SET STATISTICS 0;

-- How many items of each type a customer's timeline has; events by their own type ("event/order"). Maintained by
-- triggers.
CREATE TABLE timeline_count (
  customer_id bigint NOT NULL,
  item_type   text COLLATE "C" NOT NULL,
  count       bigint NOT NULL,
  PRIMARY KEY (customer_id, item_type)
) WITH (fillfactor = 70);
COMMENT ON INDEX timeline_count_pkey IS 'How many items of each type a timeline has.';
ALTER TABLE timeline_count ALTER item_type SET STATISTICS 0;

CREATE FUNCTION count_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, 'event/' || type, count(*) FROM added GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER event_counted AFTER INSERT ON event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_events();

CREATE FUNCTION count_ticket_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, 'ticket', count(*) FROM added WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY 1
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER ticket_timeline_added AFTER INSERT ON ticket
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_ticket_added();

-- A ticket that gets another customer, or none, takes its messages with it and counts there from then on. The two
-- transition tables are never joined: the plan is made for few rows and must serve a thousand; unmoved rows cancel out.
CREATE FUNCTION move_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE message m SET customer_id = moved.customer_id
    FROM (SELECT id, customer_id FROM after EXCEPT SELECT id, customer_id FROM before) AS moved
    WHERE m.ticket_id = moved.id;
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, 'ticket', sum(d)
    FROM (SELECT customer_id, 1 AS d FROM after UNION ALL SELECT customer_id, -1 FROM before) AS rows
    WHERE customer_id IS NOT NULL GROUP BY 1 HAVING sum(d) <> 0 ORDER BY 1
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER ticket_moved AFTER UPDATE ON ticket
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION move_tickets();

CREATE FUNCTION count_message_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, type, count(*) FROM added WHERE customer_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER message_timeline_added AFTER INSERT ON message
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_message_added();

CREATE FUNCTION count_message_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, type, sum(d)
    FROM (SELECT customer_id, type, 1 AS d FROM after UNION ALL SELECT customer_id, type, -1 FROM before) AS rows
    WHERE customer_id IS NOT NULL GROUP BY 1, 2 HAVING sum(d) <> 0 ORDER BY 1, 2
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER message_moved AFTER UPDATE ON message
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_message_moved();
