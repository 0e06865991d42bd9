-- Archives that are backfilled: how far each was loaded. The position moves in the transaction that loads the records.

CREATE TABLE archive (
    archive_id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id      integer NOT NULL REFERENCES source,
    fingerprint    bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    url            text NOT NULL,
    size           bigint NOT NULL,
    modified       timestamptz NOT NULL,
    position       bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    mark_position  bigint,
    mark_offset    bigint,
    payloads       bigint NOT NULL DEFAULT 0,
    errors         bigint NOT NULL DEFAULT 0,
    started_at     timestamptz NOT NULL DEFAULT now(),
    loaded_at      timestamptz,
    finished_at    timestamptz,
    UNIQUE (source_id, fingerprint),
    CHECK ((mark_position IS NULL) = (mark_offset IS NULL) AND mark_position < position)
);
COMMENT ON TABLE archive IS 'Files and folders that are backfilled, and how far each was loaded.';
COMMENT ON COLUMN archive.archive_id IS 'Surrogate key.';
COMMENT ON COLUMN archive.source_id IS 'The source that its items are loaded for.';
COMMENT ON COLUMN archive.fingerprint IS 'SHA-256 of its size, its first and its last 64 KiB; of a folder, of its files'' names, sizes and times.';
COMMENT ON COLUMN archive.url IS 'Where it was when it was read last.';
COMMENT ON COLUMN archive.size IS 'Length in bytes.';
COMMENT ON COLUMN archive.modified IS 'When the file was written.';
COMMENT ON COLUMN archive.position IS 'How many of its records are loaded: the next one to be read, from 0.';
COMMENT ON COLUMN archive.mark_position IS 'A record before, from which reading can go on; null: only from the start.';
COMMENT ON COLUMN archive.mark_offset IS 'The byte where that record begins.';
COMMENT ON COLUMN archive.payloads IS 'Records that gave a payload.';
COMMENT ON COLUMN archive.errors IS 'Records that could not be read.';
COMMENT ON COLUMN archive.started_at IS 'When it was first taken up.';
COMMENT ON COLUMN archive.loaded_at IS 'When records of it were last loaded.';
COMMENT ON COLUMN archive.finished_at IS 'When its last record was loaded; null: it is not done.';

-- A record that gave no bytes at all has no payload; its archive and its place there say which it is.
ALTER TABLE quarantine
    ALTER COLUMN payload_id DROP NOT NULL,
    ADD COLUMN archive_id integer REFERENCES archive,
    ADD CHECK (payload_id IS NOT NULL OR archive_id IS NOT NULL);
CREATE UNIQUE INDEX quarantine_record ON quarantine (archive_id, position) WHERE payload_id IS NULL;
COMMENT ON COLUMN quarantine.payload_id IS 'The payload that it came in; null where an archive''s record gave none.';
COMMENT ON COLUMN quarantine.archive_id IS 'The archive whose record it is, where that gave no payload.';
COMMENT ON COLUMN quarantine.position IS 'Its place in the payload or archive, from 0; -1: the payload as a whole.';

CREATE OR REPLACE VIEW quarantined AS
SELECT q.quarantine_id, s.name AS source, q.payload_id, coalesce(p.url, a.url) AS payload_url, q.position, q.item_id,
       q.item_name, q.stage, q.reason, q.message, q.created_at
FROM quarantine q
JOIN source s USING (source_id)
LEFT JOIN payload p USING (payload_id)
LEFT JOIN archive a USING (archive_id)
WHERE q.resolved_at IS NULL;
COMMENT ON COLUMN quarantined.payload_url IS 'Where the payload, or its archive, was fetched from.';

GRANT SELECT, INSERT, UPDATE, DELETE ON archive TO copydesk_etl;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA copydesk TO copydesk_etl;
