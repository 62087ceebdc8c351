-- The schema that the migrations make, to be read. `npm run schema` writes it.

CREATE EXTENSION pg_trgm;

CREATE OR REPLACE FUNCTION count_events()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, 'event/' || type, count(*) FROM added GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION count_message_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, type, count(*) FROM added WHERE customer_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION count_message_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, type, sum(d)
    FROM (SELECT customer_id, type, 1 AS d FROM after UNION ALL SELECT customer_id, type, -1 FROM before) AS rows
    WHERE customer_id IS NOT NULL GROUP BY 1, 2 HAVING sum(d) <> 0 ORDER BY 1, 2
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION count_rows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION count_ticket_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO timeline_count AS c (customer_id, item_type, count)
  SELECT customer_id, 'ticket', count(*) FROM added WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY 1
  ON CONFLICT (customer_id, item_type) DO UPDATE SET count = c.count + excluded.count;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION delete_brand_counts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM record_change WHERE brand_id = OLD.id;
  DELETE FROM row_count WHERE brand_id = OLD.id AND table_name <> 'audit_entry';
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION move_tickets()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION note_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO record_change AS c (kind, record_id, brand_id, position, horizon, changed_at)
  SELECT TG_ARGV[0]::smallint, id, brand_id, shift + pg_current_xact_id()::text::bigint,
      shift + pg_snapshot_xmin(pg_current_snapshot())::text::bigint, clock_timestamp()
    FROM added CROSS JOIN change_clock
  ON CONFLICT (kind, record_id) DO UPDATE SET position = excluded.position, horizon = excluded.horizon,
    changed_at = excluded.changed_at, deleted_at = NULL;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION note_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  UPDATE record_change SET position = k.shift + pg_current_xact_id()::text::bigint,
      horizon = k.shift + pg_snapshot_xmin(pg_current_snapshot())::text::bigint, changed_at = clock_timestamp(),
      deleted_at = CASE WHEN TG_OP = 'DELETE' THEN clock_timestamp() END
    FROM change_clock k WHERE kind = TG_ARGV[0]::smallint AND record_id = OLD.id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION reject_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'the table % is only ever added to', TG_TABLE_NAME;
END $function$;

CREATE OR REPLACE FUNCTION sort_key(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT left(lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g')), 64)
$function$;

CREATE TABLE api_key (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hash bytea NOT NULL,
  permissions text[] NOT NULL,
  all_brands boolean NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  parent_id bigint,
  strict boolean DEFAULT false NOT NULL,
  kind text DEFAULT 'service'::text NOT NULL,
  headers_allowed boolean DEFAULT true NOT NULL,
  CONSTRAINT api_key_pkey PRIMARY KEY (id),
  CONSTRAINT api_key_hash_unique UNIQUE (hash),
  CONSTRAINT api_key_kind_check CHECK ((kind = ANY (ARRAY['service'::text, 'person'::text]))),
  CONSTRAINT api_key_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES api_key(id),
  CONSTRAINT api_key_permissions_check CHECK ((cardinality(permissions) > 0)),
  CONSTRAINT api_key_usable CHECK (((kind = 'person'::text) OR headers_allowed))
);
CREATE UNIQUE INDEX api_key_hash_unique ON api_key USING btree (hash); -- A key by its hash, at every request.
CREATE INDEX api_key_parent ON api_key USING btree (parent_id) WHERE (parent_id IS NOT NULL); -- The keys that a key has created, to end with it or to be taken over.
CREATE UNIQUE INDEX api_key_pkey ON api_key USING btree (id); -- A key by its id.

CREATE TABLE api_key_brand (
  key_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  CONSTRAINT api_key_brand_pkey PRIMARY KEY (key_id, brand_id),
  CONSTRAINT api_key_brand_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id) ON DELETE CASCADE,
  CONSTRAINT api_key_brand_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_key(id) ON DELETE CASCADE
);
CREATE INDEX api_key_brand_brand ON api_key_brand USING btree (brand_id); -- The keys that may see a brand, when the brand is deleted.
CREATE UNIQUE INDEX api_key_brand_pkey ON api_key_brand USING btree (key_id, brand_id); -- The brands that a key may see, unique.

CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  key_id bigint,
  operation text NOT NULL,
  entity text NOT NULL,
  subject_id bigint NOT NULL,
  brand_id bigint,
  fields text[] DEFAULT '{}'::text[] NOT NULL,
  outcome text NOT NULL,
  client_user text,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (at, id),
  CONSTRAINT audit_entry_client_user_check CHECK (((client_user <> ''::text) AND (length(client_user) <= 64)))
);
CREATE INDEX audit_entry_brand ON audit_entry USING btree (brand_id, at, id); -- The trail of a brand, newest first.
CREATE INDEX audit_entry_client_user ON audit_entry USING btree (at, id) WHERE (client_user IS NOT NULL); -- The entries with a user name, for its retention.
CREATE INDEX audit_entry_key ON audit_entry USING btree (key_id, at, id); -- The trail of a key, newest first.
CREATE INDEX audit_entry_operation ON audit_entry USING btree (operation, at, id); -- The trail of an operation, newest first.
CREATE UNIQUE INDEX audit_entry_pkey ON audit_entry USING btree (at, id); -- The whole trail, newest first.
CREATE INDEX audit_entry_subject ON audit_entry USING btree (entity, subject_id, at, id); -- The trail of a customer, ticket or other subject, newest first.
CREATE TRIGGER audit_entry_append_only BEFORE DELETE OR UPDATE OF id, at, key_id, operation, entity, subject_id, brand_id, fields, outcome OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION reject_change();
CREATE TRIGGER audit_entry_client_user_retention BEFORE UPDATE OF client_user ON audit_entry FOR EACH ROW WHEN (((new.client_user IS NOT NULL) OR (old.at > (now() - '1 year'::interval)))) EXECUTE FUNCTION reject_change();
CREATE TRIGGER audit_entry_counted AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

CREATE TABLE brand (
  id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  name text NOT NULL,
  search_by_channel boolean DEFAULT false NOT NULL,
  default_country text DEFAULT ''::text NOT NULL,
  custom_fields text DEFAULT 'open'::text NOT NULL,
  taken_address text DEFAULT 'refuse'::text NOT NULL,
  placeholder_ids text DEFAULT 'refuse'::text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  crm_lookup_url text DEFAULT ''::text NOT NULL,
  crm_headers bytea,
  crm_header_names text[] DEFAULT '{}'::text[] NOT NULL,
  crm_field_map jsonb DEFAULT '{}'::jsonb NOT NULL,
  crm_wins boolean DEFAULT false NOT NULL,
  crm_refresh_seconds integer DEFAULT 0 NOT NULL,
  strict boolean DEFAULT false NOT NULL,
  CONSTRAINT brand_pkey PRIMARY KEY (id),
  CONSTRAINT brand_crm_refresh_seconds_check CHECK ((crm_refresh_seconds >= 0)),
  CONSTRAINT brand_custom_fields_check CHECK ((custom_fields = ANY (ARRAY['open'::text, 'defined'::text]))),
  CONSTRAINT brand_name_unique UNIQUE (name),
  CONSTRAINT brand_placeholder_ids_check CHECK ((placeholder_ids = ANY (ARRAY['refuse'::text, 'allow'::text]))),
  CONSTRAINT brand_taken_address_check CHECK ((taken_address = ANY (ARRAY['refuse'::text, 'skip'::text])))
);
CREATE UNIQUE INDEX brand_name_unique ON brand USING btree (name); -- Names of brands are unique.
CREATE UNIQUE INDEX brand_pkey ON brand USING btree (id); -- A brand by its id, and foreign keys to it.
CREATE TRIGGER brand_counts_deleted AFTER DELETE ON brand FOR EACH ROW EXECUTE FUNCTION delete_brand_counts();

CREATE TABLE change_clock (
  one boolean DEFAULT true NOT NULL,
  shift bigint DEFAULT 0 NOT NULL,
  CONSTRAINT change_clock_pkey PRIMARY KEY (one),
  CONSTRAINT change_clock_one_check CHECK (one)
);
CREATE UNIQUE INDEX change_clock_pkey ON change_clock USING btree (one); -- The only shift.

CREATE TABLE channel_type (
  id bigint GENERATED BY DEFAULT AS IDENTITY START WITH 100 NOT NULL,
  number bigint NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  icon text DEFAULT ''::text NOT NULL,
  rule text DEFAULT 'plain'::text NOT NULL,
  CONSTRAINT channel_type_pkey PRIMARY KEY (id),
  CONSTRAINT channel_type_name_unique UNIQUE (name_key),
  CONSTRAINT channel_type_number_unique UNIQUE (number),
  CONSTRAINT channel_type_rule_check CHECK ((rule = ANY (ARRAY['email'::text, 'phone'::text, 'twitter'::text, 'facebook'::text, 'plain'::text])))
);
CREATE UNIQUE INDEX channel_type_name_unique ON channel_type USING btree (name_key); -- A channel type by its name, unique.
CREATE UNIQUE INDEX channel_type_number_unique ON channel_type USING btree (number); -- A channel type by its number on the wire, unique.
CREATE UNIQUE INDEX channel_type_pkey ON channel_type USING btree (id); -- A channel type by its id, and foreign keys to it.

CREATE TABLE custom_field (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  brand_id bigint NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  label text NOT NULL,
  type text NOT NULL,
  options text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT custom_field_pkey PRIMARY KEY (id),
  CONSTRAINT custom_field_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id) ON DELETE CASCADE,
  CONSTRAINT custom_field_name_unique UNIQUE (brand_id, name_key),
  CONSTRAINT custom_field_of_brand UNIQUE (id, brand_id),
  CONSTRAINT custom_field_type_check CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'boolean'::text, 'date'::text, 'select'::text])))
);
CREATE UNIQUE INDEX custom_field_name_unique ON custom_field USING btree (brand_id, name_key); -- The fields of a brand by name, unique.
CREATE UNIQUE INDEX custom_field_of_brand ON custom_field USING btree (id, brand_id); -- Restricts a value to a field of its own brand.
CREATE UNIQUE INDEX custom_field_pkey ON custom_field USING btree (id); -- A custom field by its id.

CREATE TABLE customer (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  brand_id bigint NOT NULL,
  primary_id text COLLATE "C" STATISTICS 0,
  firstname text DEFAULT ''::text NOT NULL STATISTICS 0,
  lastname text DEFAULT ''::text NOT NULL STATISTICS 0,
  version integer DEFAULT 1 NOT NULL,
  provenance jsonb DEFAULT '{}'::jsonb NOT NULL STATISTICS 0,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  crm_synced_at timestamp with time zone,
  CONSTRAINT customer_pkey PRIMARY KEY (id),
  CONSTRAINT customer_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id),
  CONSTRAINT customer_of_brand UNIQUE (brand_id, id),
  CONSTRAINT customer_primary_id_unique UNIQUE (brand_id, primary_id)
);
CREATE INDEX customer_created ON customer USING btree (brand_id, created_at, id); -- The customers of a brand created since a time; the time never changes, so updates stay cheap.
CREATE INDEX customer_lastname ON customer USING btree (brand_id, sort_key(lastname) COLLATE "C", id); -- The customers of a brand by last name; only a change of the name writes it.
CREATE UNIQUE INDEX customer_of_brand ON customer USING btree (brand_id, id); -- The customers of a brand, newest first; restricts a channel to a customer of its own brand.
CREATE UNIQUE INDEX customer_pkey ON customer USING btree (id); -- A customer by its id; the customers of all brands, newest first.
CREATE INDEX customer_primary_id ON customer USING btree (primary_id) WHERE (primary_id IS NOT NULL); -- Customers by primary id for a key that sees many brands: one scan, not one for each brand.
CREATE UNIQUE INDEX customer_primary_id_unique ON customer USING btree (brand_id, primary_id); -- The customer of a brand by primary id, unique.
CREATE TRIGGER customer_counted AFTER INSERT ON customer REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER customer_noted_added AFTER INSERT ON customer REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added('1');
CREATE TRIGGER customer_noted_changed AFTER UPDATE ON customer FOR EACH ROW WHEN ((old.version <> new.version)) EXECUTE FUNCTION note_changed('1');
CREATE TRIGGER customer_noted_deleted AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION note_changed('1');
CREATE TRIGGER customer_uncounted AFTER DELETE ON customer REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

CREATE TABLE customer_channel (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  customer_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  address text NOT NULL STATISTICS 0,
  normalised text COLLATE "C" NOT NULL STATISTICS 0,
  source text NOT NULL STATISTICS 0,
  key_id bigint,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT customer_channel_pkey PRIMARY KEY (id),
  CONSTRAINT customer_channel_address_unique UNIQUE (brand_id, channel_type_id, normalised),
  CONSTRAINT customer_channel_brand_id_customer_id_fkey FOREIGN KEY (brand_id, customer_id) REFERENCES customer(brand_id, id) ON DELETE CASCADE,
  CONSTRAINT customer_channel_channel_type_id_fkey FOREIGN KEY (channel_type_id) REFERENCES channel_type(id),
  CONSTRAINT customer_channel_source_check CHECK ((source = ANY (ARRAY['api'::text, 'agent'::text, 'crm'::text, 'import'::text])))
);
CREATE UNIQUE INDEX customer_channel_address_unique ON customer_channel USING btree (brand_id, channel_type_id, normalised); -- The customer with an address, unique; searches by the beginning of an address.
CREATE INDEX customer_channel_customer ON customer_channel USING btree (customer_id); -- The channels of a customer, whenever the customer is shown.
CREATE UNIQUE INDEX customer_channel_pkey ON customer_channel USING btree (id); -- A channel by its id, to remove it.
CREATE INDEX customer_channel_type ON customer_channel USING btree (((channel_type_id + 0)), brand_id, ((customer_id + 0))); -- The customers of a brand with a channel of a type, newest first.

CREATE TABLE customer_custom_value (
  customer_id bigint NOT NULL,
  field_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  value text NOT NULL STATISTICS 0,
  source text NOT NULL STATISTICS 0,
  key_id bigint,
  set_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT customer_custom_value_pkey PRIMARY KEY (customer_id, field_id),
  CONSTRAINT customer_custom_value_brand_id_customer_id_fkey FOREIGN KEY (brand_id, customer_id) REFERENCES customer(brand_id, id) ON DELETE CASCADE,
  CONSTRAINT customer_custom_value_field_id_brand_id_fkey FOREIGN KEY (field_id, brand_id) REFERENCES custom_field(id, brand_id) ON DELETE CASCADE,
  CONSTRAINT customer_custom_value_source_check CHECK ((source = ANY (ARRAY['api'::text, 'agent'::text, 'crm'::text, 'import'::text])))
);
CREATE INDEX customer_custom_value_field ON customer_custom_value USING btree (field_id, hashtextextended(value, (0)::bigint), customer_id); -- The customers with a value of a field, by the hash of the value, which may be long; the values of a field, to count what a change of it would lose.
CREATE UNIQUE INDEX customer_custom_value_pkey ON customer_custom_value USING btree (customer_id, field_id); -- The values of a customer, one for each field.

CREATE TABLE deleted_customer (
  id bigint NOT NULL,
  brand_id bigint NOT NULL,
  primary_id text COLLATE "C" STATISTICS 0,
  firstname text NOT NULL STATISTICS 0,
  lastname text NOT NULL STATISTICS 0,
  version integer NOT NULL,
  provenance jsonb NOT NULL STATISTICS 0,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  deleted_at timestamp with time zone DEFAULT now() NOT NULL,
  crm_synced_at timestamp with time zone,
  CONSTRAINT deleted_customer_pkey PRIMARY KEY (id),
  CONSTRAINT deleted_customer_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id),
  CONSTRAINT deleted_customer_of_brand UNIQUE (brand_id, id)
);
CREATE INDEX deleted_customer_due ON deleted_customer USING btree (deleted_at); -- Deleted customers whose thirty days are over.
CREATE UNIQUE INDEX deleted_customer_of_brand ON deleted_customer USING btree (brand_id, id); -- Restricts a value to a deleted customer of its own brand.
CREATE UNIQUE INDEX deleted_customer_pkey ON deleted_customer USING btree (id); -- A deleted customer by its id.
CREATE INDEX deleted_customer_primary_id ON deleted_customer USING btree (brand_id, primary_id) WHERE (primary_id IS NOT NULL); -- Deleted customers by primary id, for a purge by it.

CREATE TABLE deleted_customer_channel (
  id bigint NOT NULL,
  customer_id bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  address text NOT NULL STATISTICS 0,
  normalised text COLLATE "C" NOT NULL STATISTICS 0,
  source text NOT NULL STATISTICS 0,
  key_id bigint,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT deleted_customer_channel_pkey PRIMARY KEY (id),
  CONSTRAINT deleted_customer_channel_channel_type_id_fkey FOREIGN KEY (channel_type_id) REFERENCES channel_type(id),
  CONSTRAINT deleted_customer_channel_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES deleted_customer(id) ON DELETE CASCADE
);
CREATE INDEX deleted_customer_channel_customer ON deleted_customer_channel USING btree (customer_id); -- The channels of a deleted customer, to restore or erase them.
CREATE UNIQUE INDEX deleted_customer_channel_pkey ON deleted_customer_channel USING btree (id); -- A channel of a deleted customer by its id, which a restore brings back.

CREATE TABLE deleted_customer_custom_value (
  customer_id bigint NOT NULL,
  field_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  value text NOT NULL STATISTICS 0,
  source text NOT NULL STATISTICS 0,
  key_id bigint,
  set_at timestamp with time zone NOT NULL,
  CONSTRAINT deleted_customer_custom_value_pkey PRIMARY KEY (customer_id, field_id),
  CONSTRAINT deleted_customer_custom_value_brand_id_customer_id_fkey FOREIGN KEY (brand_id, customer_id) REFERENCES deleted_customer(brand_id, id) ON DELETE CASCADE,
  CONSTRAINT deleted_customer_custom_value_field_id_brand_id_fkey FOREIGN KEY (field_id, brand_id) REFERENCES custom_field(id, brand_id) ON DELETE CASCADE
);
CREATE INDEX deleted_customer_custom_value_field ON deleted_customer_custom_value USING btree (field_id); -- The values of deleted customers, when a field is deleted.
CREATE UNIQUE INDEX deleted_customer_custom_value_pkey ON deleted_customer_custom_value USING btree (customer_id, field_id); -- The values of a deleted customer, one for each field.

CREATE UNLOGGED TABLE disk_probe (
  n integer NOT NULL
);

CREATE TABLE event (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  customer_id bigint NOT NULL,
  type text COLLATE "C" NOT NULL STATISTICS 0,
  message text NOT NULL STATISTICS 0,
  initiated_by text DEFAULT ''::text NOT NULL STATISTICS 0,
  source_url text DEFAULT ''::text NOT NULL STATISTICS 0,
  event_id text COLLATE "C" STATISTICS 0,
  occurred_at timestamp with time zone DEFAULT now() NOT NULL,
  key_id bigint,
  source_ref text DEFAULT ''::text NOT NULL STATISTICS 0,
  CONSTRAINT event_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX event_dedup ON event USING btree (customer_id, event_id) WHERE (event_id IS NOT NULL); -- An event by the id that the caller gave it, unique for a customer.
CREATE UNIQUE INDEX event_pkey ON event USING btree (id); -- An event by its id, which its webhook sends.
CREATE INDEX event_time ON event USING btree (customer_id, occurred_at, id); -- The timeline of a customer, newest first.
CREATE INDEX event_type_time ON event USING btree (customer_id, type, occurred_at, id); -- The timeline of a customer, one type of event, newest first.
CREATE TRIGGER event_counted AFTER INSERT ON event REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_events();

CREATE TABLE event_initiator (
  brand_id bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  normalised text COLLATE "C" NOT NULL STATISTICS 0,
  event_id bigint NOT NULL,
  CONSTRAINT event_initiator_pkey PRIMARY KEY (brand_id, channel_type_id, normalised, event_id),
  CONSTRAINT event_initiator_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id) ON DELETE CASCADE
);
CREATE INDEX event_initiator_event ON event_initiator USING btree (event_id); -- The address that initiated an event, when the event is deleted.
CREATE UNIQUE INDEX event_initiator_pkey ON event_initiator USING btree (brand_id, channel_type_id, normalised, event_id); -- The events that an address initiated, for the purge of the customer who has it.

CREATE TABLE former_identifier (
  customer_id bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  value text COLLATE "C" NOT NULL STATISTICS 0,
  CONSTRAINT former_identifier_pkey PRIMARY KEY (customer_id, channel_type_id, value)
);
CREATE UNIQUE INDEX former_identifier_pkey ON former_identifier USING btree (customer_id, channel_type_id, value); -- The addresses and primary ids that a customer had before, for its purge.

CREATE TABLE former_word (
  customer_id bigint NOT NULL,
  word text COLLATE "C" NOT NULL STATISTICS 0,
  CONSTRAINT former_word_pkey PRIMARY KEY (customer_id, word)
);
CREATE UNIQUE INDEX former_word_pkey ON former_word USING btree (customer_id, word); -- The words of the names that a customer had before, for its purge.

CREATE TABLE heartbeat (
  one boolean DEFAULT true NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT heartbeat_pkey PRIMARY KEY (one),
  CONSTRAINT heartbeat_one_check CHECK (one)
);
CREATE UNIQUE INDEX heartbeat_pkey ON heartbeat USING btree (one); -- The only heartbeat; each overwrites the one before.

CREATE TABLE idempotency_key (
  key_id bigint NOT NULL,
  operation text NOT NULL STATISTICS 0,
  key_hash bytea NOT NULL STATISTICS 0,
  fingerprint bytea NOT NULL STATISTICS 0,
  response json STATISTICS 0,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  customer_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL,
  erased boolean DEFAULT false NOT NULL,
  CONSTRAINT idempotency_key_pkey PRIMARY KEY (key_id, operation, key_hash)
);
CREATE INDEX idempotency_key_customer ON idempotency_key USING gin (customer_ids) WHERE (customer_ids <> '{}'::bigint[]); -- The responses about a customer, for its purge.
CREATE INDEX idempotency_key_due ON idempotency_key USING btree (created_at); -- Expired responses.
CREATE UNIQUE INDEX idempotency_key_pkey ON idempotency_key USING btree (key_id, operation, key_hash); -- The stored response by its key, unique.

CREATE TABLE job (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  kind text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  brand_id bigint NOT NULL,
  customer_id bigint,
  ticket_id bigint,
  subject_id bigint,
  state text DEFAULT 'waiting'::text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  last_error text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  started_at timestamp(3) with time zone,
  failed_at timestamp(3) with time zone,
  CONSTRAINT job_pkey PRIMARY KEY (id),
  CONSTRAINT job_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id) ON DELETE CASCADE,
  CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'failed'::text])))
);
CREATE INDEX job_failed ON job USING btree (failed_at) WHERE (failed_at IS NOT NULL); -- Failed jobs whose thirty days are over.
CREATE INDEX job_lane_order ON job USING btree (kind, lane, id) WHERE (state <> 'failed'::text); -- The next job of a lane.
CREATE INDEX job_list ON job USING btree (brand_id, kind, state, id); -- Lists and counts of jobs, by brand, type and state.
CREATE UNIQUE INDEX job_pkey ON job USING btree (id); -- A job by its id.

CREATE TABLE job_lane WITH (fillfactor=70) (
  kind text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  due_at timestamp with time zone DEFAULT now() NOT NULL,
  fence bigint DEFAULT 0 NOT NULL,
  CONSTRAINT job_lane_pkey PRIMARY KEY (kind, lane)
);
CREATE INDEX job_lane_due ON job_lane USING btree (kind, due_at); -- The lanes in which a job is due.
CREATE UNIQUE INDEX job_lane_pkey ON job_lane USING btree (kind, lane); -- A lane by its type and key; one worker holds it at a time.

CREATE TABLE message (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  ticket_id bigint NOT NULL,
  customer_id bigint,
  type text NOT NULL,
  channel_type_id bigint,
  direction text,
  author text DEFAULT ''::text NOT NULL STATISTICS 0,
  from_address text DEFAULT ''::text NOT NULL STATISTICS 0,
  to_address text DEFAULT ''::text NOT NULL STATISTICS 0,
  content text NOT NULL STATISTICS 0,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT message_pkey PRIMARY KEY (id),
  CONSTRAINT message_channel_type_id_fkey FOREIGN KEY (channel_type_id) REFERENCES channel_type(id),
  CONSTRAINT message_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
  CONSTRAINT message_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket(id) ON DELETE CASCADE,
  CONSTRAINT message_type_check CHECK ((type = ANY (ARRAY['message'::text, 'note'::text])))
);
CREATE INDEX message_customer_time ON message USING btree (customer_id, type, created_at, id) WHERE (customer_id IS NOT NULL); -- The messages in the timeline of a customer, newest first.
CREATE UNIQUE INDEX message_pkey ON message USING btree (id); -- A message by its id.
CREATE INDEX message_ticket ON message USING btree (ticket_id, created_at, id); -- The messages of a ticket in their order.
CREATE TRIGGER message_moved AFTER UPDATE ON message REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_message_moved();
CREATE TRIGGER message_timeline_added AFTER INSERT ON message REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_message_added();

CREATE TABLE message_recipient (
  brand_id bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  normalised text COLLATE "C" NOT NULL STATISTICS 0,
  message_id bigint NOT NULL,
  CONSTRAINT message_recipient_pkey PRIMARY KEY (brand_id, channel_type_id, normalised, message_id),
  CONSTRAINT message_recipient_message_id_fkey FOREIGN KEY (message_id) REFERENCES message(id) ON DELETE CASCADE
);
CREATE INDEX message_recipient_message ON message_recipient USING btree (message_id); -- The other address a message was sent to, when its ticket is emptied.
CREATE UNIQUE INDEX message_recipient_pkey ON message_recipient USING btree (brand_id, channel_type_id, normalised, message_id); -- The messages sent to an address, for the purge of the customer who has it.

CREATE TABLE purge_receipt (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  purged_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  counts jsonb NOT NULL,
  CONSTRAINT purge_receipt_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX purge_receipt_pkey ON purge_receipt USING btree (id); -- A receipt of an erasure by its id.

CREATE TABLE record_change (
  kind smallint NOT NULL,
  record_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  position bigint NOT NULL,
  horizon bigint NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  deleted_at timestamp(3) with time zone,
  CONSTRAINT record_change_pkey PRIMARY KEY (kind, record_id)
);
CREATE INDEX record_change_order ON record_change USING btree (brand_id, kind, ((deleted_at IS NULL)), "position", record_id); -- The changes of a brand in the order of the feed; the live customers by their last change.
CREATE UNIQUE INDEX record_change_pkey ON record_change USING btree (kind, record_id); -- The last change of a customer or ticket.
CREATE INDEX record_change_time ON record_change USING btree (kind, changed_at); -- The last change before a time, where the feed since that time begins.

CREATE TABLE row_count WITH (fillfactor=50) (
  table_name text NOT NULL,
  brand_id bigint NOT NULL,
  slot integer NOT NULL,
  count bigint NOT NULL,
  CONSTRAINT row_count_pkey PRIMARY KEY (table_name, brand_id, slot)
);
CREATE UNIQUE INDEX row_count_pkey ON row_count USING btree (table_name, brand_id, slot); -- The slots of a counter of rows.

CREATE TABLE schema_migration (
  name text NOT NULL,
  hash text NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);
CREATE UNIQUE INDEX schema_migration_pkey ON schema_migration USING btree (name); -- An applied migration by its name.

CREATE TABLE search_deletion_variant (
  brand_id bigint NOT NULL,
  variant text COLLATE "C" NOT NULL STATISTICS 0,
  word text COLLATE "C" NOT NULL STATISTICS 0,
  CONSTRAINT search_deletion_variant_pkey PRIMARY KEY (brand_id, variant, word)
);
CREATE UNIQUE INDEX search_deletion_variant_pkey ON search_deletion_variant USING btree (brand_id, variant, word); -- The words near a misspelt one, by equal variants.

CREATE TABLE search_term (
  brand_id bigint NOT NULL,
  type "char" NOT NULL STATISTICS 0,
  term text COLLATE "C" NOT NULL STATISTICS 0,
  customer_id bigint NOT NULL,
  CONSTRAINT search_term_pkey PRIMARY KEY (brand_id, type, term, customer_id)
);
CREATE UNIQUE INDEX search_term_pkey ON search_term USING btree (brand_id, type, term, customer_id); -- The inverted index: every range of a search is read from this index alone.

CREATE TABLE search_word (
  brand_id bigint NOT NULL,
  word text COLLATE "C" NOT NULL STATISTICS 0,
  CONSTRAINT search_word_pkey PRIMARY KEY (brand_id, word)
);
CREATE UNIQUE INDEX search_word_pkey ON search_word USING btree (brand_id, word); -- The words of a brand, unique; a word that is not here is new.

CREATE TABLE secret_use (
  name bytea NOT NULL,
  first_used_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT secret_use_pkey PRIMARY KEY (name)
);
CREATE UNIQUE INDEX secret_use_pkey ON secret_use USING btree (name); -- A secret by its fingerprint.

CREATE TABLE session (
  id bytea NOT NULL,
  key_id bigint NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  last_used_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  idle_seconds integer DEFAULT 0 NOT NULL,
  CONSTRAINT session_pkey PRIMARY KEY (id),
  CONSTRAINT session_idle_seconds_check CHECK ((idle_seconds >= 0))
);
CREATE INDEX session_due ON session USING btree (expires_at); -- Expired sessions, which are deleted when the next is opened.
CREATE INDEX session_key ON session USING btree (key_id, expires_at); -- The sessions of a key, to end the oldest of too many.
CREATE UNIQUE INDEX session_pkey ON session USING btree (id); -- A session by its id, which its cookie holds.

CREATE TABLE start_link (
  hash bytea NOT NULL,
  key_id bigint NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT start_link_pkey PRIMARY KEY (hash)
);
CREATE UNIQUE INDEX start_link_pkey ON start_link USING btree (hash); -- A start link by the hash of its token, when it opens its session.

CREATE TABLE ticket (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  brand_id bigint NOT NULL,
  channel_type_id bigint NOT NULL,
  direction text NOT NULL,
  from_address text DEFAULT ''::text NOT NULL STATISTICS 0,
  from_name text DEFAULT ''::text NOT NULL STATISTICS 0,
  to_address text DEFAULT ''::text NOT NULL STATISTICS 0,
  contact text COLLATE "C" STATISTICS 0,
  title text DEFAULT ''::text NOT NULL STATISTICS 0,
  status text DEFAULT 'new'::text NOT NULL,
  priority text DEFAULT 'medium'::text NOT NULL,
  customer_id bigint,
  former_customer_id bigint,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  last_update timestamp(3) with time zone DEFAULT now() NOT NULL,
  closed_at timestamp(3) with time zone,
  crm_conflict text,
  crm_candidates integer,
  CONSTRAINT ticket_pkey PRIMARY KEY (id),
  CONSTRAINT ticket_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id),
  CONSTRAINT ticket_channel_type_id_fkey FOREIGN KEY (channel_type_id) REFERENCES channel_type(id),
  CONSTRAINT ticket_check CHECK (((customer_id IS NULL) OR (former_customer_id IS NULL))),
  CONSTRAINT ticket_customer FOREIGN KEY (brand_id, customer_id) REFERENCES customer(brand_id, id),
  CONSTRAINT ticket_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
  CONSTRAINT ticket_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text]))),
  CONSTRAINT ticket_status_check CHECK ((status = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'solved'::text, 'closed'::text])))
);
CREATE INDEX ticket_channel_list ON ticket USING btree (brand_id, channel_type_id, status, id); -- The tickets of a brand by channel type, also by status, newest first.
CREATE INDEX ticket_created ON ticket USING btree (brand_id, created_at, id); -- The tickets of a brand since a time; the time never changes.
CREATE INDEX ticket_customer_list ON ticket USING btree (customer_id, status, id) WHERE (customer_id IS NOT NULL); -- The tickets of a customer, also by status, newest first.
CREATE INDEX ticket_customer_time ON ticket USING btree (customer_id, created_at, id) WHERE (customer_id IS NOT NULL); -- The tickets in the timeline of a customer, newest first.
CREATE INDEX ticket_former_customer ON ticket USING btree (former_customer_id, id) WHERE (former_customer_id IS NOT NULL); -- The tickets that a deleted customer had, to link them again or to erase them.
CREATE INDEX ticket_list ON ticket USING btree (brand_id, ((customer_id IS NULL)), status, id); -- The tickets of a brand, also by status, with or without a customer, newest first.
CREATE UNIQUE INDEX ticket_pkey ON ticket USING btree (id); -- A ticket by its id.
CREATE INDEX ticket_unlinked ON ticket USING btree (brand_id, channel_type_id, contact, id) WHERE ((customer_id IS NULL) AND (former_customer_id IS NULL) AND (contact IS NOT NULL)); -- The tickets that no customer has or had, by the address of their contact.
CREATE TRIGGER ticket_counted AFTER INSERT ON ticket REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
CREATE TRIGGER ticket_moved AFTER UPDATE ON ticket REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION move_tickets();
CREATE TRIGGER ticket_noted_added AFTER INSERT ON ticket REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_added('2');
CREATE TRIGGER ticket_noted_changed AFTER UPDATE ON ticket FOR EACH ROW WHEN ((((((((((old.title IS DISTINCT FROM new.title) OR (old.status IS DISTINCT FROM new.status)) OR (old.priority IS DISTINCT FROM new.priority)) OR (old.customer_id IS DISTINCT FROM new.customer_id)) OR (old.last_update IS DISTINCT FROM new.last_update)) OR (old.closed_at IS DISTINCT FROM new.closed_at)) OR (old.from_address IS DISTINCT FROM new.from_address)) OR (old.from_name IS DISTINCT FROM new.from_name)) OR (old.to_address IS DISTINCT FROM new.to_address))) EXECUTE FUNCTION note_changed('2');
CREATE TRIGGER ticket_noted_deleted AFTER DELETE ON ticket FOR EACH ROW EXECUTE FUNCTION note_changed('2');
CREATE TRIGGER ticket_timeline_added AFTER INSERT ON ticket REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_ticket_added();
CREATE TRIGGER ticket_uncounted AFTER DELETE ON ticket REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

CREATE TABLE ticket_crm_candidate (
  ticket_id bigint NOT NULL,
  position integer NOT NULL,
  brand_id bigint NOT NULL,
  primary_id text COLLATE "C" NOT NULL STATISTICS 0,
  CONSTRAINT ticket_crm_candidate_pkey PRIMARY KEY (ticket_id, "position"),
  CONSTRAINT ticket_crm_candidate_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ticket_crm_candidate_pkey ON ticket_crm_candidate USING btree (ticket_id, "position"); -- The candidates of a ticket, in the order of the CRM.
CREATE INDEX ticket_crm_candidate_primary_id ON ticket_crm_candidate USING btree (brand_id, primary_id); -- The tickets with a primary id among their candidates, for the purge of its customer.

CREATE TABLE ticket_former_link (
  customer_id bigint NOT NULL,
  ticket_id bigint NOT NULL,
  by_deletion boolean NOT NULL,
  CONSTRAINT ticket_former_link_pkey PRIMARY KEY (customer_id, ticket_id),
  CONSTRAINT ticket_former_link_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ticket_former_link_pkey ON ticket_former_link USING btree (customer_id, ticket_id); -- The tickets that were taken from a customer, for its restore and its purge.
CREATE INDEX ticket_former_link_ticket ON ticket_former_link USING btree (ticket_id); -- The customers from whom a ticket was taken, when it is unlinked again.

CREATE TABLE ticket_term (
  brand_id bigint NOT NULL,
  type "char" NOT NULL STATISTICS 0,
  term text COLLATE "C" NOT NULL STATISTICS 0,
  ticket_id bigint NOT NULL,
  CONSTRAINT ticket_term_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket(id) ON DELETE CASCADE
);
CREATE INDEX ticket_term_ticket ON ticket_term USING btree (ticket_id); -- The terms of a ticket, for a change of its title and for a purge.
CREATE UNIQUE INDEX ticket_term_unique ON ticket_term USING btree (brand_id, type, term, ticket_id DESC); -- The tickets with a word, newest first.

CREATE TABLE timeline_count WITH (fillfactor=70) (
  customer_id bigint NOT NULL,
  item_type text COLLATE "C" NOT NULL STATISTICS 0,
  count bigint NOT NULL,
  CONSTRAINT timeline_count_pkey PRIMARY KEY (customer_id, item_type)
);
CREATE UNIQUE INDEX timeline_count_pkey ON timeline_count USING btree (customer_id, item_type); -- How many items of each type a timeline has.

CREATE TABLE tombstone (
  customer_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  receipt_id bigint NOT NULL,
  purged_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tombstone_pkey PRIMARY KEY (customer_id),
  CONSTRAINT tombstone_receipt_id_fkey FOREIGN KEY (receipt_id) REFERENCES purge_receipt(id)
);
CREATE INDEX tombstone_brand_time ON tombstone USING btree (brand_id, purged_at); -- The purges of a brand by time, to find those during a CRM lookup.
CREATE UNIQUE INDEX tombstone_pkey ON tombstone USING btree (customer_id); -- The tombstone of a customer by its id.

CREATE TABLE webhook (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text DEFAULT ''::text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  all_brands boolean NOT NULL,
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_secret_until timestamp(3) with time zone,
  paused boolean DEFAULT false NOT NULL,
  disabled_reason text,
  disabled_at timestamp(3) with time zone,
  enabled_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT webhook_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_check CHECK (((disabled_reason IS NULL) = (disabled_at IS NULL))),
  CONSTRAINT webhook_check1 CHECK (((previous_secret IS NULL) = (previous_secret_until IS NULL))),
  CONSTRAINT webhook_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['gone'::text, 'failing'::text]))),
  CONSTRAINT webhook_events_check CHECK ((cardinality(events) > 0))
);
CREATE INDEX webhook_all_brands ON webhook USING btree (id) WHERE all_brands; -- The webhooks for all brands, read by every change.
CREATE UNIQUE INDEX webhook_pkey ON webhook USING btree (id); -- A webhook by its id.

CREATE TABLE webhook_brand (
  brand_id bigint NOT NULL,
  webhook_id bigint NOT NULL,
  CONSTRAINT webhook_brand_pkey PRIMARY KEY (brand_id, webhook_id),
  CONSTRAINT webhook_brand_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(id) ON DELETE CASCADE,
  CONSTRAINT webhook_brand_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhook(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_brand_pkey ON webhook_brand USING btree (brand_id, webhook_id); -- The webhooks of a brand, unique, read by every change.
CREATE INDEX webhook_brand_webhook ON webhook_brand USING btree (webhook_id); -- The brands of a webhook.

CREATE TABLE webhook_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  webhook_id bigint NOT NULL,
  brand_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  event_id uuid DEFAULT gen_random_uuid() NOT NULL,
  event text NOT NULL,
  payload text NOT NULL,
  state text DEFAULT 'waiting'::text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  status integer,
  created_at timestamp(3) with time zone NOT NULL,
  attempted_at timestamp(3) with time zone,
  due_at timestamp(3) with time zone,
  delivered_at timestamp(3) with time zone,
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX webhook_delivery_list ON webhook_delivery USING btree (webhook_id, created_at, id); -- The deliveries of a webhook in their order, for lists and replays.
CREATE INDEX webhook_delivery_next ON webhook_delivery USING btree (webhook_id, customer_id, id) WHERE (state = 'waiting'::text); -- The next delivery of a lane.
CREATE UNIQUE INDEX webhook_delivery_pkey ON webhook_delivery USING btree (id); -- A delivery by its id.
CREATE INDEX webhook_delivery_state ON webhook_delivery USING btree (webhook_id, state, created_at, id); -- The deliveries of a webhook in one state.
