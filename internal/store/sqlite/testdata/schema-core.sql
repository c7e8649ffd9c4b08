CREATE TABLE api_key (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  hash    BLOB NOT NULL,    -- SHA-256 of the secret part
  scopes  TEXT NOT NULL,    -- JSON array
  created INTEGER NOT NULL, -- microseconds, as every time in these files
  expires INTEGER NOT NULL  -- 0: never
) STRICT, WITHOUT ROWID;

CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT;

CREATE TABLE secret (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

