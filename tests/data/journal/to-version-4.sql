CREATE TABLE token_counts (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (day, kind, owner)
) WITHOUT ROWID;
CREATE INDEX token_counts_of_owner ON token_counts (kind, owner);
