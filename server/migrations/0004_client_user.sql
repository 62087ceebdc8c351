-- The audit trail names who ran the program that made the call, as that program says. The name is personal data of
-- staff: retention empties it after a year, and nothing else of an entry ever changes.
ALTER TABLE audit_entry ADD client_user text CHECK (client_user <> '' AND length(client_user) <= 64);
CREATE INDEX audit_entry_client_user ON audit_entry (at, id) WHERE client_user IS NOT NULL;
COMMENT ON INDEX audit_entry_client_user IS 'The entries with a user name, for its retention.';

DROP TRIGGER audit_entry_append_only ON audit_entry;
CREATE TRIGGER audit_entry_append_only
  BEFORE UPDATE OF id, at, key_id, operation, entity, subject_id, brand_id, fields, outcome OR DELETE OR TRUNCATE
  ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION reject_change();
CREATE TRIGGER audit_entry_client_user_retention BEFORE UPDATE OF client_user ON audit_entry FOR EACH ROW
  WHEN (NEW.client_user IS NOT NULL OR OLD.at > now() - interval '1 year') EXECUTE FUNCTION reject_change();
