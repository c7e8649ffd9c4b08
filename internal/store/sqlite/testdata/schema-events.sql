CREATE TABLE ev (
  seq           INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  ts            INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  session       TEXT NOT NULL,
  turn          TEXT NOT NULL,
  applied       INTEGER NOT NULL, -- actions: 0 allow, 1 alert, 2 redact, 3 ask, 4 deny
  would         INTEGER NOT NULL,
  severity      INTEGER NOT NULL, -- 0 info to 4 critical
  agent         TEXT NOT NULL,
  connector     TEXT NOT NULL,
  tool          TEXT NOT NULL,
  mcp_server    TEXT NOT NULL,
  user          TEXT NOT NULL,
  policy        TEXT NOT NULL,    -- of the first reason
  observed      INTEGER NOT NULL,
  failed_open   INTEGER NOT NULL,
  gaps          INTEGER NOT NULL, -- how many
  elapsed_us    INTEGER NOT NULL,
  content_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE find (
  seq         INTEGER NOT NULL,
  ts          INTEGER NOT NULL,
  detector    TEXT NOT NULL,
  family      TEXT NOT NULL,    -- of the detector: what stands before its first slash
  severity    INTEGER NOT NULL,
  fingerprint TEXT NOT NULL
) STRICT;

CREATE TABLE latency (
  res    INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  hist   BLOB NOT NULL,
  PRIMARY KEY (res, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT;

CREATE TABLE pl (
  seq   INTEGER PRIMARY KEY,
  codec INTEGER NOT NULL,
  body  BLOB NOT NULL
) STRICT;

CREATE TABLE reason (
  seq    INTEGER NOT NULL,
  ts     INTEGER NOT NULL,
  policy TEXT NOT NULL,
  rule   TEXT NOT NULL,    -- with its policy: "policy/rule"
  action INTEGER NOT NULL,
  mode   INTEGER NOT NULL  -- 0 enforce, 1 monitor
) STRICT;

CREATE TABLE rollup (
  res         INTEGER NOT NULL,
  dim         TEXT NOT NULL,    -- all, agent, connector, tool, policy, detector
  bucket      INTEGER NOT NULL, -- its start, seconds since 1970
  key         TEXT NOT NULL,
  allowed     INTEGER NOT NULL,
  alerted     INTEGER NOT NULL,
  redacted    INTEGER NOT NULL,
  asked       INTEGER NOT NULL,
  denied      INTEGER NOT NULL,
  gaps        INTEGER NOT NULL,
  failed_open INTEGER NOT NULL,
  would_deny  INTEGER NOT NULL,
  lat_sum     INTEGER NOT NULL, -- microseconds
  PRIMARY KEY (res, dim, bucket, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sess (
  id        TEXT PRIMARY KEY,
  agent     TEXT NOT NULL,
  connector TEXT NOT NULL,
  user      TEXT NOT NULL,
  first     INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  events    INTEGER NOT NULL,
  denied    INTEGER NOT NULL,
  redacted  INTEGER NOT NULL,
  asked     INTEGER NOT NULL,
  alerted   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE turn (
  id      TEXT NOT NULL,
  session TEXT NOT NULL,
  PRIMARY KEY (id, session)
) STRICT, WITHOUT ROWID;

CREATE INDEX ev_agent ON ev(agent, ts) WHERE agent <> '';

CREATE INDEX ev_applied ON ev(applied, ts) WHERE applied <> 0;

CREATE INDEX ev_failed_open ON ev(ts) WHERE failed_open = 1;

CREATE INDEX ev_gaps ON ev(ts) WHERE gaps > 0;

CREATE INDEX ev_kind ON ev(kind, ts) WHERE kind NOT IN ('prompt', 'tool_call', 'tool_result', 'response');

CREATE INDEX ev_mcp ON ev(mcp_server, ts) WHERE mcp_server <> '';

CREATE INDEX ev_session ON ev(session, ts);

CREATE INDEX ev_severity ON ev(severity, ts) WHERE severity <> 0;

CREATE INDEX ev_tool ON ev(tool, ts) WHERE tool <> '';

CREATE INDEX ev_ts ON ev(ts);

CREATE INDEX ev_user ON ev(user, ts) WHERE user <> '';

CREATE INDEX ev_would ON ev(would, ts) WHERE would <> 0;

CREATE INDEX find_detector ON find(detector, ts, seq);

CREATE INDEX find_family ON find(family, ts, seq);

CREATE INDEX reason_policy ON reason(policy, ts, seq);

CREATE INDEX reason_rule ON reason(rule, ts, seq);

CREATE INDEX sess_denied ON sess(last) WHERE denied > 0;

CREATE INDEX sess_last ON sess(last);

