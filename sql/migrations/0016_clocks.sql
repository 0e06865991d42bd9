-- A payload that is fetched counts as seen no earlier than all that its source gave before, also where a clock was set back.

CREATE INDEX payload_last_seen ON payload (source_id, last_seen_at);
COMMENT ON COLUMN payload.seen_at IS
    'When it was first fetched, by the clock of this server; of a file in an archive, when that was captured.';
COMMENT ON COLUMN payload.last_seen_at IS
    'When it was last fetched; no earlier than all that its source gave before, also where a clock was set back.';
