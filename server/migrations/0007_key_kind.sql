-- A key is a program's or a person's. A person's signs in on pages, and is refused in headers unless that is allowed.
ALTER TABLE api_key
  ADD kind text NOT NULL DEFAULT 'service' CHECK (kind IN ('service', 'person')),
  ADD headers_allowed boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT api_key_usable CHECK (kind = 'person' OR headers_allowed);
