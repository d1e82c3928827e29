-- One row per request this operator has looked at. The rules of the journal are also rules of the database, so that no
-- other program and no later mistake can break them.
CREATE TABLE jobs (
    request            BLOB    NOT NULL PRIMARY KEY CHECK (length(request) = 32),
    model              BLOB    NOT NULL CHECK (length(model) = 32),
    input_hash         BLOB    NOT NULL CHECK (length(input_hash) = 32),
    answer_by_seconds  INTEGER NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN
        ('seen', 'answered', 'signed', 'sent', 'posted', 'finalized', 'failed')),
    output             BLOB,
    output_salt        BLOB,
    output_hash        BLOB    CHECK (length(output_hash) = 32),
    failure            TEXT,
    updated_at_seconds INTEGER NOT NULL,
    CHECK ((output IS NULL) = (output_hash IS NULL) AND (output IS NULL) = (output_salt IS NULL)),
    CHECK (state IN ('seen', 'failed') OR output_hash IS NOT NULL),
    CHECK ((state = 'failed') = (failure IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_by_state ON jobs (state);

-- Every transaction that was ever signed, kept because an old one may still land. It is dead once the chain has
-- recorded that it failed: then it cannot land again.
CREATE TABLE transactions (
    signature               BLOB    NOT NULL PRIMARY KEY CHECK (length(signature) = 64),
    bytes                   BLOB    NOT NULL,
    last_valid_block_height INTEGER NOT NULL,
    signed_at_seconds       INTEGER NOT NULL,
    dead                    INTEGER NOT NULL DEFAULT 0 CHECK (dead IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Which results a transaction posts.
CREATE TABLE postings (
    request   BLOB NOT NULL REFERENCES jobs (request),
    signature BLOB NOT NULL REFERENCES transactions (signature),
    PRIMARY KEY (request, signature)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER jobs_have_one_result BEFORE UPDATE ON jobs
WHEN OLD.output_hash IS NOT NULL AND (NEW.output_hash IS NOT OLD.output_hash OR NEW.output IS NOT OLD.output)
BEGIN
    SELECT RAISE(ABORT, 'a request has one result');
END;

CREATE TRIGGER open_jobs_are_kept BEFORE DELETE ON jobs
WHEN OLD.state NOT IN ('finalized', 'failed')
BEGIN
    SELECT RAISE(ABORT, 'an open job is kept');
END;
