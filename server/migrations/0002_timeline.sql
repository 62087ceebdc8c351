-- What happens to customers: tickets with their messages, events, the timeline over both; deletion that can be undone,
-- erasure that cannot; and the trail of who did what.

-- How many rows a kind has in a brand, in slots as customers are counted (decision 0005): one mechanism for all.
-- brand_id 0 stands for what belongs to no brand, so there is no foreign key; a brand that goes takes its rows along.
CREATE TABLE row_count (
  kind     text NOT NULL,
  brand_id bigint NOT NULL,
  slot     integer NOT NULL,
  n        bigint NOT NULL,
  PRIMARY KEY (kind, brand_id, slot)
) WITH (fillfactor = 50);
INSERT INTO row_count SELECT 'customer', brand_id, slot, n FROM customer_count;

CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO row_count AS c (kind, brand_id, slot, n)
  SELECT TG_TABLE_NAME, coalesce(brand_id, 0), pg_backend_pid() % 64,
      CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
    FROM changed GROUP BY brand_id ORDER BY brand_id
  ON CONFLICT (kind, brand_id, slot) DO UPDATE SET n = c.n + excluded.n;
  RETURN NULL;
END $$;
DROP TRIGGER customer_counted ON customer;
DROP TRIGGER customer_uncounted ON customer;
CREATE TRIGGER customer_counted AFTER INSERT ON customer
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER customer_uncounted AFTER DELETE ON customer
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
DROP FUNCTION count_customers();
DROP TABLE customer_count;

CREATE FUNCTION forget_brand_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM row_count WHERE brand_id = OLD.id AND kind <> 'audit';
  RETURN NULL;
END $$;
CREATE TRIGGER brand_counts_forgotten AFTER DELETE ON brand FOR EACH ROW EXECUTE FUNCTION forget_brand_counts();

-- Tickets. `contact` is the contact's address in the form in which addresses are compared; a ticket without one
-- (a withheld number) is linked by hand only. Whoever writes a channel or a ticket with an address holds the address's
-- advisory lock from before it looks for the other, so that the two never miss each other.
CREATE TABLE ticket (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  brand_id           bigint NOT NULL REFERENCES brand (id),
  type_id            bigint NOT NULL REFERENCES channel_type (id),
  direction          text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  from_address       text NOT NULL DEFAULT '',
  from_name          text NOT NULL DEFAULT '',
  to_address         text NOT NULL DEFAULT '',
  contact            text COLLATE "C",
  title              text NOT NULL DEFAULT '',
  status             text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'open', 'pending', 'solved', 'closed')),
  priority           text NOT NULL DEFAULT 'medium' CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
  customer_id        bigint,
  -- whose it was when that customer was deleted, until it is linked anew: what restoring and purging go by
  former_customer_id bigint,
  created_at         timestamptz(3) NOT NULL DEFAULT now(),
  last_update        timestamptz(3) NOT NULL DEFAULT now(),
  closed_at          timestamptz(3),
  CONSTRAINT ticket_customer FOREIGN KEY (brand_id, customer_id) REFERENCES customer (brand_id, id),
  CHECK (customer_id IS NULL OR former_customer_id IS NULL)
);
-- Every list of tickets walks this: by brand, linked or not, state; each newest first.
CREATE INDEX ticket_walk ON ticket (brand_id, (customer_id IS NULL), status, id);
CREATE INDEX ticket_customer_walk ON ticket (customer_id, status, id) WHERE customer_id IS NOT NULL;
CREATE INDEX ticket_customer_time ON ticket (customer_id, created_at, id) WHERE customer_id IS NOT NULL; -- timelines
CREATE INDEX ticket_former ON ticket (former_customer_id, id) WHERE former_customer_id IS NOT NULL;
CREATE INDEX ticket_waiting ON ticket (brand_id, type_id, contact, id) WHERE customer_id IS NULL AND contact IS NOT NULL;

-- What a ticket is found by: w the words of its title, a its contact's address.
CREATE TABLE ticket_term (
  brand_id  bigint NOT NULL,
  kind      "char" NOT NULL,
  term      text COLLATE "C" NOT NULL,
  ticket_id bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ticket_term_once ON ticket_term (brand_id, kind, term, ticket_id DESC); -- a word's newest first
CREATE INDEX ticket_term_ticket ON ticket_term (ticket_id); -- for a change of title, and for a purge

-- What is said in tickets. `customer_id` repeats the ticket's, so that a timeline is one walk of an index.
CREATE TABLE message (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id    bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  customer_id  bigint,
  kind         text NOT NULL CHECK (kind IN ('message', 'note')),
  type_id      bigint REFERENCES channel_type (id), -- of a note: none
  direction    text CHECK (direction IN ('inbound', 'outbound')),
  author       text NOT NULL DEFAULT '',
  from_address text NOT NULL DEFAULT '',
  to_address   text NOT NULL DEFAULT '',
  content      text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX message_ticket ON message (ticket_id, created_at, id);
CREATE INDEX message_customer_time ON message (customer_id, kind, created_at, id) WHERE customer_id IS NOT NULL;

-- Events. A customer's id is never used again and its events stay where they are when it is deleted, so there is no
-- foreign key to the directory: the statement that adds an event locks the customer's row, and the purge that takes
-- the events away holds a stronger lock.
CREATE TABLE event (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id  bigint NOT NULL,
  type         text COLLATE "C" NOT NULL,
  message      text NOT NULL,
  initiated_by text NOT NULL DEFAULT '',
  source_url   text NOT NULL DEFAULT '',
  event_id     text COLLATE "C",
  occurred_at  timestamptz(3) NOT NULL DEFAULT now(),
  key_id       bigint,
  CONSTRAINT event_once UNIQUE (customer_id, event_id)
);
CREATE INDEX event_time ON event (customer_id, occurred_at, id);
CREATE INDEX event_type_time ON event (customer_id, type, occurred_at, id);

-- How many items of each kind a customer's timeline has; of events by their type ("event/order"). Kept by triggers.
CREATE TABLE timeline_count (
  customer_id bigint NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  n           bigint NOT NULL,
  PRIMARY KEY (customer_id, kind)
) WITH (fillfactor = 70);

CREATE FUNCTION count_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, kind, n)
  SELECT customer_id, 'event/' || type, count(*) FROM added GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (customer_id, kind) DO UPDATE SET n = c.n + excluded.n;
  RETURN NULL;
END $$;
CREATE TRIGGER event_counted AFTER INSERT ON event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_events();

CREATE FUNCTION count_ticket_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, kind, n)
  SELECT customer_id, 'ticket', count(*) FROM added WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY 1
  ON CONFLICT (customer_id, kind) DO UPDATE SET n = c.n + excluded.n;
  RETURN NULL;
END $$;
CREATE TRIGGER ticket_timeline_added AFTER INSERT ON ticket
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_ticket_added();

-- A ticket that gets another customer, or none, takes its messages along and counts there from then on. The two
-- tables of rows are never joined: the plan is made for few rows and must serve a thousand; what did not move cancels.
CREATE FUNCTION move_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE message m SET customer_id = moved.customer_id
    FROM (SELECT id, customer_id FROM after EXCEPT SELECT id, customer_id FROM before) AS moved
    WHERE m.ticket_id = moved.id;
  INSERT INTO timeline_count AS c (customer_id, kind, n)
  SELECT customer_id, 'ticket', sum(d)
    FROM (SELECT customer_id, 1 AS d FROM after UNION ALL SELECT customer_id, -1 FROM before) AS rows
    WHERE customer_id IS NOT NULL GROUP BY 1 HAVING sum(d) <> 0 ORDER BY 1
  ON CONFLICT (customer_id, kind) DO UPDATE SET n = c.n + excluded.n;
  RETURN NULL;
END $$;
CREATE TRIGGER ticket_moved AFTER UPDATE ON ticket
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION move_tickets();

CREATE FUNCTION count_message_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, kind, n)
  SELECT customer_id, kind, count(*) FROM added WHERE customer_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (customer_id, kind) DO UPDATE SET n = c.n + excluded.n;
  RETURN NULL;
END $$;
CREATE TRIGGER message_timeline_added AFTER INSERT ON message
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_message_added();

CREATE FUNCTION count_message_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, kind, n)
  SELECT customer_id, kind, sum(d)
    FROM (SELECT customer_id, kind, 1 AS d FROM after UNION ALL SELECT customer_id, kind, -1 FROM before) AS rows
    WHERE customer_id IS NOT NULL GROUP BY 1, 2 HAVING sum(d) <> 0 ORDER BY 1, 2
  ON CONFLICT (customer_id, kind) DO UPDATE SET n = c.n + excluded.n;
  RETURN NULL;
END $$;
CREATE TRIGGER message_moved AFTER UPDATE ON message
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_message_moved();

CREATE TRIGGER ticket_counted AFTER INSERT ON ticket
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER ticket_uncounted AFTER DELETE ON ticket
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

-- Deleted customers, whole, until they are restored or erased (decision 0004). The columns are those of the directory.
CREATE TABLE deleted_customer (
  id         bigint PRIMARY KEY,
  brand_id   bigint NOT NULL REFERENCES brand (id),
  primary_id text COLLATE "C",
  firstname  text NOT NULL,
  lastname   text NOT NULL,
  version    integer NOT NULL,
  provenance jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT deleted_customer_of_brand UNIQUE (brand_id, id)
);
CREATE INDEX deleted_customer_primary_id ON deleted_customer (brand_id, primary_id) WHERE primary_id IS NOT NULL;
CREATE INDEX deleted_customer_due ON deleted_customer (deleted_at);

CREATE TABLE deleted_channel (
  id          bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES deleted_customer (id) ON DELETE CASCADE,
  type_id     bigint NOT NULL REFERENCES channel_type (id),
  address     text NOT NULL,
  normalised  text COLLATE "C" NOT NULL,
  source      text NOT NULL,
  key_id      bigint,
  created_at  timestamptz NOT NULL
);
CREATE INDEX deleted_channel_customer ON deleted_channel (customer_id);

CREATE TABLE deleted_value (
  customer_id bigint NOT NULL,
  field_id    bigint NOT NULL,
  brand_id    bigint NOT NULL,
  value       text NOT NULL,
  source      text NOT NULL,
  key_id      bigint,
  set_at      timestamptz NOT NULL,
  PRIMARY KEY (customer_id, field_id),
  FOREIGN KEY (brand_id, customer_id) REFERENCES deleted_customer (brand_id, id) ON DELETE CASCADE,
  FOREIGN KEY (field_id, brand_id) REFERENCES custom_field (id, brand_id) ON DELETE CASCADE
);
CREATE INDEX deleted_value_field ON deleted_value (field_id); -- for the cascade

-- What stays of the erased: ids, brand, time and counts.
CREATE TABLE purge_receipt (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  purged_at timestamptz(3) NOT NULL DEFAULT now(),
  counts    jsonb NOT NULL
);
CREATE TABLE tombstone (
  customer_id bigint PRIMARY KEY,
  brand_id    bigint NOT NULL,
  receipt_id  bigint NOT NULL REFERENCES purge_receipt (id),
  purged_at   timestamptz(3) NOT NULL DEFAULT now()
);

-- Who did what. Rows are added and read; nothing changes or removes one. Every index ends in the list's order.
CREATE TABLE audit (
  id         bigint GENERATED ALWAYS AS IDENTITY,
  at         timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  key_id     bigint, -- null: Dossier itself
  operation  text NOT NULL,
  kind       text NOT NULL,
  subject_id bigint NOT NULL,
  brand_id   bigint,
  fields     text[] NOT NULL DEFAULT '{}',
  outcome    text NOT NULL,
  PRIMARY KEY (at, id)
);
CREATE INDEX audit_brand ON audit (brand_id, at, id);
CREATE INDEX audit_subject ON audit (kind, subject_id, at, id);
CREATE INDEX audit_key ON audit (key_id, at, id);
CREATE INDEX audit_operation ON audit (operation, at, id);
CREATE TRIGGER audit_counted AFTER INSERT ON audit
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the table % is only ever added to', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Answers kept for retries: the caller's own word for a call may say something of a person, so only its keyed hash is
-- kept; `customer_ids` are those an answer speaks of, so that a purge finds it.
DELETE FROM idempotency;
ALTER TABLE idempotency ALTER COLUMN token TYPE bytea USING ''::bytea;
ALTER TABLE idempotency ADD COLUMN customer_ids bigint[] NOT NULL DEFAULT '{}';
CREATE INDEX idempotency_customer ON idempotency USING gin (customer_ids) WHERE customer_ids <> '{}';
CREATE INDEX idempotency_due ON idempotency (created_at);
