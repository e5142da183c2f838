CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    email_folded text NOT NULL UNIQUE,
    password_salt bytea NOT NULL,
    password_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX accounts_by_creation ON accounts (created_at);

-- Of a token only its SHA-256 is kept: who reads this table can't use a session.
CREATE TABLE sessions (
    token_sha256 bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    begun timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    ended timestamptz
);
CREATE INDEX sessions_by_account ON sessions (account_id, last_seen);
CREATE INDEX sessions_by_use ON sessions (last_seen, account_id);
CREATE INDEX sessions_open ON sessions (expires) WHERE ended IS NULL;

-- The failed logins of the last minutes, by address, whether it has an account or not.
CREATE TABLE login_failures (
    email_sha256 bytea PRIMARY KEY,
    times timestamptz[] NOT NULL,
    latest timestamptz NOT NULL
);
CREATE INDEX login_failures_by_age ON login_failures (latest);
