PRAGMA application_id = 1179535921;
PRAGMA user_version = 4;
CREATE TABLE journal_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT journal_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE answers (
	number INTEGER NOT NULL,
	id TEXT NOT NULL,
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
	citations TEXT NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (id)
);
CREATE INDEX answers_of_user ON answers (user, channel, number);
CREATE INDEX answers_by_time ON answers (asked_at);
CREATE INDEX answers_of_guild ON answers (guild, asked_at);
CREATE TABLE votes (
	answer TEXT NOT NULL,
	user TEXT NOT NULL,
	helpful INTEGER NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	voted_at TEXT NOT NULL,
	PRIMARY KEY (answer, user),
	FOREIGN KEY(answer) REFERENCES answers (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX votes_of_user ON votes (user);
CREATE TABLE reports (
	answer TEXT NOT NULL,
	user TEXT NOT NULL,
	reported_at TEXT NOT NULL,
	PRIMARY KEY (answer, user),
	FOREIGN KEY(answer) REFERENCES answers (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX reports_of_user ON reports (user);
CREATE TABLE solved (
	answer TEXT NOT NULL,
	user TEXT NOT NULL,
	solved_at TEXT NOT NULL,
	PRIMARY KEY (answer),
	FOREIGN KEY(answer) REFERENCES answers (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE threads (
	channel TEXT NOT NULL,
	answer TEXT NOT NULL,
	begun_at TEXT NOT NULL,
	PRIMARY KEY (channel),
	FOREIGN KEY(answer) REFERENCES answers (id) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX threads_of_answer ON threads (answer);
CREATE TABLE settings (
	guild INTEGER NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (guild, name)
)
 WITHOUT ROWID;
CREATE TABLE audit (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	at TEXT NOT NULL,
	who INTEGER,
	place TEXT NOT NULL,
	what TEXT NOT NULL,
	outcome TEXT NOT NULL
, phrases TEXT DEFAULT '' NOT NULL);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TABLE token_counts (
	day TEXT NOT NULL,
	kind TEXT NOT NULL,
	owner TEXT NOT NULL,
	used INTEGER NOT NULL,
	PRIMARY KEY (day, kind, owner)
)
 WITHOUT ROWID;
CREATE INDEX token_counts_of_owner ON token_counts (kind, owner);
INSERT INTO journal_version VALUES ('0004');
