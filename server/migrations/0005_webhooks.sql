-- Webhooks: which events are sent where, and each sending of one. Secrets are sealed (domain/secret-box.ts).
CREATE TABLE webhook (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL DEFAULT '',
  url           text NOT NULL,
  events        text[] NOT NULL CHECK (cardinality(events) > 0),
  all_brands    boolean NOT NULL,
  secret        bytea NOT NULL,
  former_secret bytea, -- signs beside the new one until `former_until`
  former_until  timestamptz(3),
  paused        boolean NOT NULL DEFAULT false, -- by a person
  off_reason    text CHECK (off_reason IN ('gone', 'failing')), -- by Dossier
  off_at        timestamptz(3),
  on_since      timestamptz(3) NOT NULL DEFAULT now(), -- tries from before do not count
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  updated_at    timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((off_reason IS NULL) = (off_at IS NULL)),
  CHECK ((former_secret IS NULL) = (former_until IS NULL))
);
CREATE INDEX webhook_of_all_brands ON webhook (id) WHERE all_brands; -- every change asks who wants to know of it

-- A webhook for some brands loses a brand with the brand, and then hears nothing: never everything.
CREATE TABLE webhook_brand (
  brand_id   bigint NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
  webhook_id bigint NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  PRIMARY KEY (brand_id, webhook_id)
);
CREATE INDEX webhook_brand_webhook ON webhook_brand (webhook_id);

-- One event for one webhook, with the exact text that is sent, however often. `id` is the sequence: it is taken while
-- the lane of the webhook and the customer is held (job_lane), so for the two of them it rises in the order of commits.
-- No foreign keys: a webhook goes at once, and what it leaves behind goes after 30 days like everything here.
CREATE TABLE webhook_delivery (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id   bigint NOT NULL,
  brand_id     bigint NOT NULL,
  customer_id  bigint NOT NULL,
  event_id     uuid NOT NULL DEFAULT gen_random_uuid(), -- what repetitions are known by; unique over restores of backups
  event        text NOT NULL,
  payload      text NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts     integer NOT NULL DEFAULT 0,
  status       integer, -- of the last answer
  created_at   timestamptz(3) NOT NULL,
  attempted_at timestamptz(3),
  due_at       timestamptz(3),
  delivered_at timestamptz(3)
);
CREATE INDEX webhook_delivery_walk ON webhook_delivery (webhook_id, created_at, id); -- lists, replays
CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook_id, state, created_at, id);
CREATE INDEX webhook_delivery_next ON webhook_delivery (webhook_id, customer_id, id) WHERE state = 'waiting';
