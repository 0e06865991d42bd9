-- Quarantine that a person works off: what needs no retry is dropped and stays on record. An entry comes back where it
-- fails in another way, or with another revision of its item.

ALTER TABLE quarantine
    ADD COLUMN dropped_at timestamptz,
    ADD COLUMN revision   integer,
    ADD COLUMN tried_at   timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN tries      integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN quarantine.dropped_at IS 'When a person decided that it needs no retry: it no longer waits, and stays on record; null: nobody did.';
COMMENT ON COLUMN quarantine.revision IS 'The item''s revision that could not be refined; null of the stage parse.';
COMMENT ON COLUMN quarantine.tried_at IS 'When it last failed.';
COMMENT ON COLUMN quarantine.tries IS 'How often it has failed; of an archive''s record only the first time counts.';
COMMENT ON COLUMN quarantine.resolved_at IS 'When a later try succeeded; null: none has. It waits where dropped_at is null too.';

UPDATE quarantine SET tried_at = created_at;
UPDATE quarantine q SET revision = (
    SELECT max(r.revision) FROM item i JOIN item_revision r USING (item_id, seen_at)
    WHERE i.item_id = q.item_id AND r.payload_id = q.payload_id
)
WHERE stage = 'refine';

DROP INDEX quarantine_waiting;
CREATE INDEX quarantine_waiting ON quarantine (created_at) WHERE resolved_at IS NULL AND dropped_at IS NULL;
-- Every load of articles asks which of its items waited.
CREATE INDEX quarantine_item ON quarantine (item_id) WHERE item_id IS NOT NULL;
-- The runs of the last days are looked up by when their batches began.
CREATE INDEX batch_started ON batch (started_at);

CREATE OR REPLACE VIEW quarantined AS
SELECT q.quarantine_id, s.name AS source, q.payload_id, coalesce(p.url, a.url) AS payload_url, q.position, q.item_id,
       q.item_name, q.stage, q.reason, q.message, q.created_at
FROM quarantine q
JOIN source s USING (source_id)
LEFT JOIN payload p USING (payload_id)
LEFT JOIN archive a USING (archive_id)
WHERE q.resolved_at IS NULL AND q.dropped_at IS NULL;
COMMENT ON VIEW quarantined IS 'Items that wait because they could not be parsed or refined; what a person dropped is left out.';
