-- Operations: the audit trail, idempotency keys, background jobs, webhooks, and the probes of the database.

-- Audit trail. Rows are inserted and read, never changed or deleted. Every index ends in the list's order.
CREATE TABLE audit_entry (
  id         bigint GENERATED ALWAYS AS IDENTITY,
  at         timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  key_id     bigint, -- null: Dossier itself
  operation  text NOT NULL,
  entity     text NOT NULL,
  subject_id bigint NOT NULL,
  brand_id   bigint,
  fields     text[] NOT NULL DEFAULT '{}',
  outcome    text NOT NULL,
  PRIMARY KEY (at, id)
);
CREATE INDEX audit_entry_brand ON audit_entry (brand_id, at, id);
CREATE INDEX audit_entry_subject ON audit_entry (entity, subject_id, at, id);
CREATE INDEX audit_entry_key ON audit_entry (key_id, at, id);
CREATE INDEX audit_entry_operation ON audit_entry (operation, at, id);
COMMENT ON INDEX audit_entry_pkey IS 'The whole trail, newest first.';
COMMENT ON INDEX audit_entry_brand IS 'The trail of a brand, newest first.';
COMMENT ON INDEX audit_entry_subject IS 'The trail of a customer, ticket or other subject, newest first.';
COMMENT ON INDEX audit_entry_key IS 'The trail of a key, newest first.';
COMMENT ON INDEX audit_entry_operation IS 'The trail of an operation, newest first.';
CREATE TRIGGER audit_entry_counted AFTER INSERT ON audit_entry
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows();

CREATE FUNCTION reject_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the table % is only ever added to', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION reject_change();

-- The response to a POST with an Idempotency-Key, written in the transaction of its effect. The key may contain
-- personal data, so only its keyed hash is stored. A purge finds the responses about a customer by `customer_ids` and
-- erases them; the row stays for its 24 hours, so that a repeated call is rejected.
CREATE TABLE idempotency_key (
  key_id       bigint NOT NULL,
  operation    text NOT NULL,
  key_hash     bytea NOT NULL,
  fingerprint  bytea NOT NULL,
  response     json,
  created_at   timestamptz NOT NULL DEFAULT now(),
  customer_ids bigint[] NOT NULL DEFAULT '{}',
  erased       boolean NOT NULL DEFAULT false,
  PRIMARY KEY (key_id, operation, key_hash)
);
CREATE INDEX idempotency_key_customer ON idempotency_key USING gin (customer_ids) WHERE customer_ids <> '{}';
CREATE INDEX idempotency_key_due ON idempotency_key (created_at);
COMMENT ON INDEX idempotency_key_pkey IS 'The stored response by its key, unique.';
COMMENT ON INDEX idempotency_key_customer IS 'The responses about a customer, for its purge.';
COMMENT ON INDEX idempotency_key_due IS 'Expired responses.';
ALTER TABLE idempotency_key
  ALTER operation SET STATISTICS 0, ALTER key_hash SET STATISTICS 0, ALTER fingerprint SET STATISTICS 0,
  ALTER response SET STATISTICS 0;

-- Job queue. A job names its subject by ids; what to send or request is read when it runs. Jobs of one lane run one at
-- a time, in the order of their ids; the lane, not the job, is due, claimed and leased, so that ten thousand jobs
-- behind one that fails cost nothing.
CREATE TABLE job (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        text COLLATE "C" NOT NULL,
  lane        text COLLATE "C" NOT NULL,
  brand_id    bigint NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
  customer_id bigint,
  ticket_id   bigint,
  subject_id  bigint, -- another record it is about, depending on the type
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'failed')),
  attempts    integer NOT NULL DEFAULT 0,
  last_error  text, -- one of our own words
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  started_at  timestamptz(3),
  failed_at   timestamptz(3)
);
CREATE INDEX job_lane_order ON job (kind, lane, id) WHERE state <> 'failed';
CREATE INDEX job_list ON job (brand_id, kind, state, id);
CREATE INDEX job_failed ON job (failed_at) WHERE failed_at IS NOT NULL;
COMMENT ON INDEX job_pkey IS 'A job by its id.';
COMMENT ON INDEX job_lane_order IS 'The next job of a lane.';
COMMENT ON INDEX job_list IS 'Lists and counts of jobs, by brand, type and state.';
COMMENT ON INDEX job_failed IS 'Failed jobs whose thirty days are over.';

-- A lane with jobs. It is due at `due_at`; the worker that claims it moves that to the end of its lease and raises
-- `fence`, and a worker with an older fence has lost it. The transaction that adds a job holds the lane's row until it
-- commits, so that a lane is never deleted with a job in it.
CREATE TABLE job_lane (
  kind   text COLLATE "C" NOT NULL,
  lane   text COLLATE "C" NOT NULL,
  due_at timestamptz NOT NULL DEFAULT now(),
  fence  bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, lane)
) WITH (fillfactor = 70);
CREATE INDEX job_lane_due ON job_lane (kind, due_at);
COMMENT ON INDEX job_lane_pkey IS 'A lane by its type and key; one worker holds it at a time.';
COMMENT ON INDEX job_lane_due IS 'The lanes in which a job is due.';

-- Webhooks: which events are sent where. Secrets are encrypted.
CREATE TABLE webhook (
  id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name                  text NOT NULL DEFAULT '',
  url                   text NOT NULL,
  events                text[] NOT NULL CHECK (cardinality(events) > 0),
  all_brands            boolean NOT NULL,
  secret                bytea NOT NULL,
  previous_secret       bytea, -- signs beside the new one until `previous_secret_until`
  previous_secret_until timestamptz(3),
  paused                boolean NOT NULL DEFAULT false, -- by a person
  disabled_reason       text CHECK (disabled_reason IN ('gone', 'failing')), -- by Dossier
  disabled_at           timestamptz(3),
  enabled_at            timestamptz(3) NOT NULL DEFAULT now(), -- attempts from before do not count
  created_at            timestamptz(3) NOT NULL DEFAULT now(),
  updated_at            timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((disabled_reason IS NULL) = (disabled_at IS NULL)),
  CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
);
CREATE INDEX webhook_all_brands ON webhook (id) WHERE all_brands;
COMMENT ON INDEX webhook_pkey IS 'A webhook by its id.';
COMMENT ON INDEX webhook_all_brands IS 'The webhooks for all brands, read by every change.';

-- A webhook for some brands loses a deleted brand; without any it receives nothing, never everything.
CREATE TABLE webhook_brand (
  brand_id   bigint NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
  webhook_id bigint NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  PRIMARY KEY (brand_id, webhook_id)
);
CREATE INDEX webhook_brand_webhook ON webhook_brand (webhook_id);
COMMENT ON INDEX webhook_brand_pkey IS 'The webhooks of a brand, unique, read by every change.';
COMMENT ON INDEX webhook_brand_webhook IS 'The brands of a webhook.';

-- One event for one webhook, with the exact text of every attempt. `id` is the sequence: it is drawn while the lane of
-- the webhook and the customer (job_lane) is locked, so for the two of them it rises in the order of commits. There are
-- no foreign keys: a webhook is deleted at once, and its deliveries after 30 days like all others.
CREATE TABLE webhook_delivery (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id   bigint NOT NULL,
  brand_id     bigint NOT NULL,
  customer_id  bigint NOT NULL,
  event_id     uuid NOT NULL DEFAULT gen_random_uuid(), -- identifies repetitions; unique across restored backups
  event        text NOT NULL,
  payload      text NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts     integer NOT NULL DEFAULT 0,
  status       integer, -- of the last response
  created_at   timestamptz(3) NOT NULL,
  attempted_at timestamptz(3),
  due_at       timestamptz(3),
  delivered_at timestamptz(3)
);
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, created_at, id);
CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook_id, state, created_at, id);
CREATE INDEX webhook_delivery_next ON webhook_delivery (webhook_id, customer_id, id) WHERE state = 'waiting';
COMMENT ON INDEX webhook_delivery_pkey IS 'A delivery by its id.';
COMMENT ON INDEX webhook_delivery_list IS 'The deliveries of a webhook in their order, for lists and replays.';
COMMENT ON INDEX webhook_delivery_state IS 'The deliveries of a webhook in one state.';
COMMENT ON INDEX webhook_delivery_next IS 'The next delivery of a lane.';

-- Written by the probe of readiness: see server/src/db/writability.ts.
CREATE TABLE heartbeat (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  at  timestamptz NOT NULL
);
COMMENT ON INDEX heartbeat_pkey IS 'The only heartbeat; each overwrites the one before.';

-- Always empty: inserts are rolled back, so that pages are allocated on the disk and released. Unlogged, so that the
-- probe writes no log.
CREATE UNLOGGED TABLE disk_probe (n integer NOT NULL);

-- The installation secrets that were in use, and since when: what was signed for a day is valid for a day.
CREATE TABLE secret_use (
  name          bytea PRIMARY KEY, -- derived from the secret, without revealing it
  first_used_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON INDEX secret_use_pkey IS 'A secret by its fingerprint.';

COMMENT ON INDEX schema_migration_pkey IS 'An applied migration by its name.';
