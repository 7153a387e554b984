-- One audit is run again and again: the same paths from the same folder.
CREATE TABLE series (id INTEGER PRIMARY KEY, scope TEXT NOT NULL UNIQUE);

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  series INTEGER NOT NULL,
  started TEXT NOT NULL,
  touched TEXT NOT NULL,
  finished TEXT,
  version TEXT NOT NULL,
  today TEXT NOT NULL,
  -- What the scans of this run depend on, and its verdicts, as fingerprints.
  scanner BLOB NOT NULL,
  judge BLOB NOT NULL,
  -- Of a run that goes on: the last path that is done.
  cursor TEXT,
  summary TEXT,
  stale TEXT,
  promises TEXT
);

-- What came of scanning some bytes. Objects with the same bytes share it, as far as nothing else than the bytes counts.
CREATE TABLE contents (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  setting BLOB NOT NULL,
  -- The name and the neighbours of the file, where they told something of it.
  neighbours BLOB,
  scanned TEXT NOT NULL,
  -- The ages that values tell on that day, up to 62, a bit for each.
  ages INTEGER NOT NULL,
  is_file INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  examined INTEGER NOT NULL,
  inline INTEGER NOT NULL,
  rules INTEGER NOT NULL,
  baseline INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  remarks INTEGER NOT NULL
);
CREATE INDEX contents_by_digest ON contents (digest, setting);

-- A path in all runs from `since` on, and before `until`.
CREATE TABLE objects (
  id INTEGER PRIMARY KEY,
  series INTEGER NOT NULL,
  path TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  content INTEGER NOT NULL,
  -- Less than 0 where the file was so young that what follows proves nothing.
  size INTEGER,
  -- Nanoseconds since 1970.
  modified INTEGER,
  changed INTEGER,
  inode INTEGER
);
CREATE INDEX objects_by_path ON objects (series, path);
CREATE INDEX objects_by_content ON objects (content);
CREATE INDEX objects_by_since ON objects (series, since);

-- What was found in a content. `member` is what follows the path of the object.
CREATE TABLE findings (
  content INTEGER NOT NULL,
  number INTEGER NOT NULL,
  member TEXT NOT NULL,
  category TEXT NOT NULL,
  detector TEXT NOT NULL,
  confidence TEXT NOT NULL,
  score INTEGER NOT NULL,
  "table" TEXT,
  field TEXT,
  hits INTEGER NOT NULL,
  "rows" INTEGER,
  share REAL,
  places BLOB NOT NULL,
  evidence TEXT NOT NULL,
  facts TEXT,
  PRIMARY KEY (content, number)
) WITHOUT ROWID;

-- What dates the texts in which something was found.
CREATE TABLE texts (
  content INTEGER NOT NULL,
  member TEXT NOT NULL,
  stamps TEXT NOT NULL,
  PRIMARY KEY (content, member)
) WITHOUT ROWID;

-- What was skipped, what failed and what is unused, by its number among all that came of a content.
CREATE TABLE remarks (
  content INTEGER NOT NULL,
  number INTEGER NOT NULL,
  member TEXT NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL,
  -- Bytes skipped or examined, or the line of what is unused.
  amount INTEGER NOT NULL,
  incomplete INTEGER NOT NULL,
  PRIMARY KEY (content, number)
) WITHOUT ROWID;

CREATE TABLE verdicts (id INTEGER PRIMARY KEY, list TEXT NOT NULL UNIQUE);

-- The verdicts on a finding in an object, from a run on.
CREATE TABLE judged (
  object INTEGER NOT NULL,
  number INTEGER NOT NULL,
  run INTEGER NOT NULL,
  verdicts INTEGER NOT NULL,
  PRIMARY KEY (object, number, run)
) WITHOUT ROWID;
CREATE INDEX judged_by_run ON judged (run);

-- Tokens in order, a part of them in each segment, some perhaps of contents that never came to be.
CREATE TABLE segments (id INTEGER PRIMARY KEY, entries INTEGER NOT NULL);
CREATE TABLE pages (
  segment INTEGER NOT NULL,
  first BLOB NOT NULL,
  number INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (segment, first, number)
) WITHOUT ROWID;

-- How the values of a segment stand in their texts.
CREATE TABLE stands (
  segment INTEGER NOT NULL,
  number INTEGER NOT NULL,
  content INTEGER NOT NULL,
  member TEXT NOT NULL,
  -- Where the part of the text begins that lines are counted from.
  start INTEGER NOT NULL,
  detector TEXT NOT NULL,
  category TEXT NOT NULL,
  -- In a table: where its first row begins, and the number of the column.
  first INTEGER,
  "column" INTEGER,
  key TEXT,
  -- Categories on the same line.
  beside TEXT NOT NULL,
  PRIMARY KEY (segment, number)
) WITHOUT ROWID;

-- The line ends before the parts of a text, but for the first.
CREATE TABLE parts (
  content INTEGER NOT NULL,
  start INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  PRIMARY KEY (content, start)
) WITHOUT ROWID;

-- What the columns are called in which values stand.
CREATE TABLE columns (
  content INTEGER NOT NULL,
  member TEXT NOT NULL,
  first INTEGER NOT NULL,
  number INTEGER NOT NULL,
  "table" TEXT NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (content, member, first, number)
) WITHOUT ROWID;

CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
