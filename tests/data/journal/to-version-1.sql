PRAGMA application_id = 1179535921;
CREATE TABLE answers (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    asked_at TEXT NOT NULL,
    guild INTEGER,
    channel TEXT NOT NULL,
    user TEXT NOT NULL,
    question TEXT NOT NULL,
    read_as TEXT NOT NULL,
    abstained INTEGER NOT NULL,
    why TEXT NOT NULL,
    confidence REAL NOT NULL,
    snapshot TEXT NOT NULL,
    latency_ms REAL NOT NULL,
    citations TEXT NOT NULL
);
CREATE INDEX answers_of_user ON answers (user, channel, number);
CREATE INDEX answers_by_time ON answers (asked_at);
CREATE INDEX answers_of_guild ON answers (guild, asked_at);
CREATE TABLE votes (
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    voted_at TEXT NOT NULL,
    PRIMARY KEY (answer, user)
) WITHOUT ROWID;
CREATE INDEX votes_of_user ON votes (user);
CREATE TABLE reports (
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    reported_at TEXT NOT NULL,
    PRIMARY KEY (answer, user)
) WITHOUT ROWID;
CREATE INDEX reports_of_user ON reports (user);
CREATE TABLE solved (
    answer TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    solved_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE threads (
    channel TEXT PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    begun_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX threads_of_answer ON threads (answer);
CREATE TABLE settings (
    guild INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (guild, name)
) WITHOUT ROWID;
