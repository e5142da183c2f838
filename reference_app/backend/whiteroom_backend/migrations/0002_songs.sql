-- Identifiers sort by the time at which they were made, so that they page by themselves.
CREATE TABLE songs (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    title text NOT NULL,
    tempo_bpm double precision NOT NULL,
    key text NOT NULL,
    performance_id uuid,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX songs_by_account ON songs (account_id, id);

CREATE TABLE performances (
    id uuid PRIMARY KEY,
    song_id uuid NOT NULL REFERENCES songs ON DELETE CASCADE,
    name text NOT NULL,
    UNIQUE (song_id, id)
);
ALTER TABLE songs ADD CONSTRAINT songs_current_performance
    FOREIGN KEY (id, performance_id) REFERENCES performances (song_id, id);

CREATE TABLE feature_uses (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    feature text NOT NULL,
    uses bigint NOT NULL,
    failures bigint NOT NULL,
    latest timestamptz NOT NULL,
    PRIMARY KEY (account_id, feature)
);
