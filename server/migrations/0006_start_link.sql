-- Start links: each opens one session of a key, once. Only the hash of its token is stored.
CREATE TABLE start_link (
  hash       bytea PRIMARY KEY,
  key_id     bigint NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
COMMENT ON INDEX start_link_pkey IS 'A start link by the hash of its token, when it opens its session.';
