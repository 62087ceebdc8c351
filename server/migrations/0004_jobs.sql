-- Work that is done in the background. A job names what it is about by ids; what is to be said or asked is looked up
-- when it runs. Jobs of one lane run one at a time, in the order of their ids; the lane, not the job, is what is due,
-- claimed and leased, so that ten thousand jobs behind one that fails cost nothing.
CREATE TABLE job (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        text COLLATE "C" NOT NULL,
  lane        text COLLATE "C" NOT NULL,
  brand_id    bigint NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
  customer_id bigint,
  ticket_id   bigint,
  ref_id      bigint, -- what else it is about; the kind says what
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'failed')),
  attempts    integer NOT NULL DEFAULT 0,
  last_error  text, -- a word of ours
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  started_at  timestamptz(3),
  failed_at   timestamptz(3)
);
CREATE INDEX job_lane_order ON job (kind, lane, id) WHERE state <> 'failed'; -- who is next in a lane
CREATE INDEX job_walk ON job (brand_id, kind, state, id); -- lists and counts
CREATE INDEX job_failed ON job (failed_at) WHERE failed_at IS NOT NULL; -- what goes after 30 days

-- A lane with jobs. It is due at `due_at`; who claims it moves that to the end of his lease and raises `fence`, and
-- whoever comes back with an older fence has lost it. Whoever adds a job holds the lane's row until he commits, so that
-- a lane is never given up with a job in it.
CREATE TABLE job_lane (
  kind   text COLLATE "C" NOT NULL,
  lane   text COLLATE "C" NOT NULL,
  due_at timestamptz NOT NULL DEFAULT now(),
  fence  bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, lane)
) WITH (fillfactor = 70);
CREATE INDEX job_lane_due ON job_lane (kind, due_at);
