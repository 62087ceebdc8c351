-- A session ends after some time without use too. The limit is that of its opening; the last use is exact to a minute, or to
-- a tenth of a shorter limit.
ALTER TABLE session
  ADD last_used_at timestamptz(3) NOT NULL DEFAULT now(),
  ADD idle_seconds integer NOT NULL DEFAULT 0 CHECK (idle_seconds >= 0); -- 0: none
