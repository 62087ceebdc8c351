-- The lookup in a brand's CRM: its settings, and what came of it.

-- The values of the headers are encrypted; their names stand beside them to be shown.
ALTER TABLE brand
  ADD COLUMN crm_lookup_url      text NOT NULL DEFAULT '',
  ADD COLUMN crm_headers         bytea,
  ADD COLUMN crm_header_names    text[] NOT NULL DEFAULT '{}',
  ADD COLUMN crm_field_map       jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN crm_wins            boolean NOT NULL DEFAULT false,
  ADD COLUMN crm_refresh_seconds integer NOT NULL DEFAULT 0 CHECK (crm_refresh_seconds >= 0);

-- When the CRM last told something of a customer.
ALTER TABLE customer ADD COLUMN crm_synced_at timestamptz;
ALTER TABLE deleted_customer ADD COLUMN crm_synced_at timestamptz;

-- Why a contact was not linked: a conflict, by its code, or several whom the CRM knows by the address.
ALTER TABLE ticket
  ADD COLUMN crm_conflict   text,
  ADD COLUMN crm_candidates integer;
CREATE TABLE ticket_candidate (
  ticket_id  bigint NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  place      integer NOT NULL, -- in the CRM's answer
  brand_id   bigint NOT NULL,
  primary_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (ticket_id, place)
);
CREATE INDEX ticket_candidate_primary_id ON ticket_candidate (brand_id, primary_id); -- for a purge of whom it names

-- Whether somebody was purged while a lookup was under way.
CREATE INDEX tombstone_brand_time ON tombstone (brand_id, purged_at);
