-- What sources say in full, how they are fetched, and how they are.

-- Items as given, in full ----------------------------------------------------------------------------------------

ALTER TABLE item_revision
    ADD COLUMN dateline     text,
    ADD COLUMN usage_terms  text,
    ADD COLUMN embargoed    text,
    ADD COLUMN urgency      smallint,
    ADD COLUMN slugline     text,
    ADD COLUMN ednote       text,
    ADD COLUMN subjects     jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN links        jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN media        jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN signal       text CHECK (signal IN ('update', 'correction', 'withheld', 'kill'));
COMMENT ON COLUMN item_revision.dateline IS 'Dateline as given apart from the text.';
COMMENT ON COLUMN item_revision.usage_terms IS 'Terms of use as given.';
COMMENT ON COLUMN item_revision.embargoed IS 'Not to be published before this time, ISO 8601.';
COMMENT ON COLUMN item_revision.urgency IS '1, most urgent, to 9, as news agencies count.';
COMMENT ON COLUMN item_revision.slugline IS 'The agency''s keyword line.';
COMMENT ON COLUMN item_revision.ednote IS 'Note to editors, not for publication.';
COMMENT ON COLUMN item_revision.subjects IS 'What it is about by the source''s own codes: a list of name, code, scheme.';
COMMENT ON COLUMN item_revision.links IS 'Other addresses: a list of url, rel, media_type, title.';
COMMENT ON COLUMN item_revision.media IS 'Pictures, film, sound: a list of url, media_type, caption, credit.';
COMMENT ON COLUMN item_revision.signal IS 'What the source says has become of the item: update, correction, withheld or kill.';

ALTER TABLE article ADD COLUMN signal text CHECK (signal IN ('update', 'correction', 'withheld', 'kill'));
COMMENT ON COLUMN article.signal IS 'What the source says of this revision: update, correction, withheld or kill (to be taken down).';

-- Identity ---------------------------------------------------------------------------------------------------------

CREATE TABLE item_key (
    source_id  integer NOT NULL REFERENCES source,
    key        bytea NOT NULL CHECK (octet_length(key) = 32),
    item_id    bigint NOT NULL REFERENCES item ON DELETE CASCADE,
    PRIMARY KEY (source_id, key)
);
CREATE INDEX item_key_item ON item_key (item_id);
COMMENT ON TABLE item_key IS 'What leads to an item: hashes of its source''s ids for it, its addresses, its texts.';
COMMENT ON COLUMN item_key.source_id IS 'The source within which the key identifies.';
COMMENT ON COLUMN item_key.key IS 'SHA-256 of an id, of an address without its tracking, or of a text.';
COMMENT ON COLUMN item_key.item_id IS 'The item.';
INSERT INTO item_key (source_id, key, item_id) SELECT source_id, item_key, item_id FROM item;
ALTER TABLE item DROP COLUMN item_key;
CREATE INDEX item_source ON item (source_id);
ALTER TABLE item DROP CONSTRAINT item_revision_check;
ALTER TABLE item ADD CONSTRAINT item_revision_check CHECK (revision >= 0);
COMMENT ON COLUMN item.revision IS 'The current revision, from 1; 0 only inside the transaction that makes the item.';

-- Fetching ---------------------------------------------------------------------------------------------------------

ALTER TABLE payload ADD COLUMN loaded_at timestamptz;
UPDATE payload SET loaded_at = last_seen_at;
CREATE INDEX payload_unloaded ON payload (source_id, payload_id) WHERE loaded_at IS NULL;
COMMENT ON COLUMN payload.loaded_at IS 'When its items were loaded; null: they wait, after a first fetch or since it came back in the place of another.';

CREATE TABLE address (
    address_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id      integer NOT NULL REFERENCES source,
    url            text NOT NULL,
    moved_to       text,
    etag           text,
    last_modified  text,
    payload_id     bigint REFERENCES payload,
    not_before     timestamptz,
    asked_at       timestamptz,
    fetched_at     timestamptz,
    changed_at     timestamptz,
    failing_since  timestamptz,
    failures       integer NOT NULL DEFAULT 0,
    UNIQUE (source_id, url)
);
COMMENT ON TABLE address IS 'An address of a source, and what its last fetch says to the next.';
COMMENT ON COLUMN address.address_id IS 'Surrogate key.';
COMMENT ON COLUMN address.source_id IS 'The source.';
COMMENT ON COLUMN address.url IS 'The address as configured.';
COMMENT ON COLUMN address.moved_to IS 'Where its server said that it has moved for good; asked first from then on.';
COMMENT ON COLUMN address.etag IS 'The ETag of the last answer, for a conditional request.';
COMMENT ON COLUMN address.last_modified IS 'The Last-Modified of the last answer.';
COMMENT ON COLUMN address.payload_id IS 'What it gave last.';
COMMENT ON COLUMN address.not_before IS 'The server asks not to be asked again before.';
COMMENT ON COLUMN address.asked_at IS 'When it was last asked, well or not.';
COMMENT ON COLUMN address.fetched_at IS 'When it last answered well, also with "not modified".';
COMMENT ON COLUMN address.changed_at IS 'When it last gave other bytes than before.';
COMMENT ON COLUMN address.failing_since IS 'When the first of the failures since the last good answer was.';
COMMENT ON COLUMN address.failures IS 'How many fetches in a row have failed.';

CREATE TABLE fetch_record (
    fetch_id     bigint GENERATED ALWAYS AS IDENTITY,
    address_id   bigint NOT NULL,
    source_id    integer NOT NULL,
    run_id       text,
    started_at   timestamptz NOT NULL,
    finished_at  timestamptz NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('changed', 'same', 'not_modified', 'postponed', 'failed')),
    status       integer,
    payload_id   bigint,
    size         bigint,
    reason       text,
    message      text,
    PRIMARY KEY (fetch_id, started_at)
) PARTITION BY RANGE (started_at);
CREATE INDEX fetch_record_source ON fetch_record (source_id, started_at);
COMMENT ON TABLE fetch_record IS 'Every fetch of an address, by month.';
COMMENT ON COLUMN fetch_record.fetch_id IS 'Surrogate key.';
COMMENT ON COLUMN fetch_record.address_id IS 'The address.';
COMMENT ON COLUMN fetch_record.source_id IS 'Its source.';
COMMENT ON COLUMN fetch_record.run_id IS 'The Airflow run, or "cli".';
COMMENT ON COLUMN fetch_record.started_at IS 'When it began; the partition key.';
COMMENT ON COLUMN fetch_record.finished_at IS 'When it ended.';
COMMENT ON COLUMN fetch_record.outcome IS 'changed (other bytes than last time), same (the same bytes), not_modified (the server says so), postponed (the server had asked to wait), failed.';
COMMENT ON COLUMN fetch_record.status IS 'The HTTP status, where there was one.';
COMMENT ON COLUMN fetch_record.payload_id IS 'What it gave.';
COMMENT ON COLUMN fetch_record.size IS 'Length in bytes of what it gave.';
COMMENT ON COLUMN fetch_record.reason IS 'Short name of the error, for counting.';
COMMENT ON COLUMN fetch_record.message IS 'What went wrong and what to do.';

ALTER TABLE batch ADD COLUMN payload_id bigint;
CREATE INDEX batch_payload ON batch (payload_id) WHERE payload_id IS NOT NULL;
CREATE INDEX batch_news ON batch (source_id, finished_at) WHERE kind = 'ingest' AND new > 0;
COMMENT ON COLUMN batch.payload_id IS 'The payload that an ingest batch loaded.';

ALTER TABLE source ADD COLUMN silent_after interval;
COMMENT ON COLUMN source.silent_after IS 'As configured: the source counts as silent when it gave nothing new for so long; null: judged by its own rhythm.';

-- Pages of items ---------------------------------------------------------------------------------------------------

CREATE TABLE page (
    item_id     bigint PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    revision    integer NOT NULL,
    source_id   integer NOT NULL REFERENCES source,
    url         text NOT NULL,
    payload_id  bigint REFERENCES payload,
    tries       smallint NOT NULL DEFAULT 0,
    not_before  timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz,
    reason      text,
    message     text
);
CREATE INDEX page_waiting ON page (source_id, not_before) WHERE done_at IS NULL;
COMMENT ON TABLE page IS 'The own page of an item whose feed has only a teaser: waits to be fetched, was fetched, or could not be.';
COMMENT ON COLUMN page.item_id IS 'The item.';
COMMENT ON COLUMN page.revision IS 'The revision of the item for which the page is wanted.';
COMMENT ON COLUMN page.source_id IS 'The item''s source.';
COMMENT ON COLUMN page.url IS 'The page''s address.';
COMMENT ON COLUMN page.payload_id IS 'The page as it came; null: not yet, or never.';
COMMENT ON COLUMN page.tries IS 'How often fetching it has failed.';
COMMENT ON COLUMN page.not_before IS 'Not to be tried again before.';
COMMENT ON COLUMN page.done_at IS 'When it was fetched or given up; until then the item waits to be refined.';
COMMENT ON COLUMN page.reason IS 'Short name of the last error.';
COMMENT ON COLUMN page.message IS 'The last error.';

-- What is looked at ------------------------------------------------------------------------------------------------

CREATE VIEW fetch_account AS
SELECT f.fetch_id, s.name AS source, a.url, f.run_id, f.started_at, f.finished_at, f.outcome, f.status, f.size,
       f.payload_id, b.received, b.new, b.revised, b.unchanged, b.quarantined, q.reasons, f.reason, f.message
FROM fetch_record f
JOIN source s USING (source_id)
JOIN address a USING (address_id)
LEFT JOIN LATERAL (
    SELECT sum(received) AS received, sum(new) AS new, sum(revised) AS revised, sum(unchanged) AS unchanged,
           sum(quarantined) AS quarantined
    FROM batch
    WHERE batch.payload_id = f.payload_id AND batch.kind = 'ingest' AND batch.finished_at >= f.started_at
      AND batch.finished_at < coalesce((
          SELECT min(later.started_at) FROM fetch_record later
          WHERE later.source_id = f.source_id AND later.address_id = f.address_id AND later.started_at > f.started_at
      ), 'infinity')
) b ON f.payload_id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(reason, refused) AS reasons
    FROM (SELECT reason, count(*) AS refused FROM quarantine WHERE quarantine.payload_id = f.payload_id GROUP BY reason) r
) q ON f.outcome = 'changed';
COMMENT ON VIEW fetch_account IS 'Every fetch with what came of it: items that came in, were new, revised, unchanged, refused, and why.';
COMMENT ON COLUMN fetch_account.source IS 'The name of its source.';
COMMENT ON COLUMN fetch_account.url IS 'The address as configured.';
COMMENT ON COLUMN fetch_account.received IS 'Items that came in.';
COMMENT ON COLUMN fetch_account.new IS 'Items that were not there before.';
COMMENT ON COLUMN fetch_account.revised IS 'Known items with other content.';
COMMENT ON COLUMN fetch_account.unchanged IS 'Known items with the same content.';
COMMENT ON COLUMN fetch_account.quarantined IS 'Entries that were refused.';
COMMENT ON COLUMN fetch_account.reasons IS 'Why entries wait in quarantine: reason and count.';

CREATE VIEW source_health AS
WITH arrival AS (
    -- By the hour, because a run loads many payloads; of each source only so many, because runs add up.
    SELECT s.source_id, latest.at, extract(epoch FROM latest.at - lag(latest.at) OVER (PARTITION BY s.source_id ORDER BY latest.at)) AS gap
    FROM source s
    CROSS JOIN LATERAL (
        SELECT DISTINCT date_trunc('hour', finished_at) AS at
        FROM (
            SELECT finished_at FROM batch
            WHERE batch.source_id = s.source_id AND kind = 'ingest' AND new > 0 AND finished_at > now() - interval '90 days'
            ORDER BY finished_at DESC LIMIT 2000
        ) batches
    ) latest
), rhythm AS (
    SELECT source_id, max(at) AS last_new_at, count(*) AS arrivals,
           make_interval(secs => percentile_cont(0.95) WITHIN GROUP (ORDER BY gap)) AS usual_gap
    FROM arrival GROUP BY source_id
), fetched AS (
    SELECT source_id, count(*) AS addresses, max(fetched_at) AS fetched_at, max(changed_at) AS changed_at,
           min(failing_since) AS failing_since, max(failures) AS failures, max(not_before) AS not_before,
           count(*) FILTER (WHERE failures > 0) AS failing_addresses
    FROM address WHERE asked_at > now() - interval '14 days' GROUP BY source_id
), judged AS (
    SELECT s.source_id, s.name AS source, f.addresses, f.fetched_at, f.changed_at, r.last_new_at, r.arrivals, r.usual_gap,
           f.failing_addresses, f.failures, f.failing_since, f.not_before,
           coalesce(s.silent_after, CASE WHEN r.arrivals >= 5 THEN greatest(3 * r.usual_gap, interval '1 day') END) AS silent_after
    FROM source s
    LEFT JOIN fetched f USING (source_id)
    LEFT JOIN rhythm r USING (source_id)
)
SELECT source, addresses, fetched_at, changed_at, last_new_at, usual_gap, silent_after, failing_addresses, failures,
       failing_since, not_before,
       CASE
           WHEN failing_since < now() - interval '2 days' THEN 'failing'
           WHEN addresses IS NULL THEN 'at rest'
           WHEN coalesce(last_new_at, fetched_at) + silent_after < now() THEN 'silent'
           WHEN failures > 0 THEN 'unsteady'
           ELSE 'well'
       END AS state
FROM judged;
COMMENT ON VIEW source_health IS 'How each source is: when it last answered, last gave something new, how long it has been failing, and whether it is silent against its own rhythm.';
COMMENT ON COLUMN source_health.source IS 'The name of the source.';
COMMENT ON COLUMN source_health.addresses IS 'How many addresses of it were asked within two weeks.';
COMMENT ON COLUMN source_health.fetched_at IS 'When one of them last answered well.';
COMMENT ON COLUMN source_health.changed_at IS 'When one of them last gave other bytes.';
COMMENT ON COLUMN source_health.last_new_at IS 'The hour in which it last gave a new item, within 90 days.';
COMMENT ON COLUMN source_health.usual_gap IS 'The time between hours with new items that 95 of 100 stayed below, within 90 days.';
COMMENT ON COLUMN source_health.silent_after IS 'The time without new items from which on it counts as silent: as configured, else three usual gaps and a day at least, once there were five hours with new items.';
COMMENT ON COLUMN source_health.failing_addresses IS 'How many of its addresses fail.';
COMMENT ON COLUMN source_health.failures IS 'The longest row of failures of an address.';
COMMENT ON COLUMN source_health.failing_since IS 'Since when its longest failing address fails.';
COMMENT ON COLUMN source_health.not_before IS 'A server asks not to be asked again before.';
COMMENT ON COLUMN source_health.state IS 'well, unsteady (failing, for less than two days), failing (for longer), silent, or at rest (not asked for two weeks: by hand only, or no longer configured).';

DROP VIEW run;
CREATE VIEW run AS
SELECT b.batch_id, b.kind, s.name AS source, b.run_id, b.started_at, b.finished_at, b.payload_id,
       b.received, b.new, b.revised, b.unchanged, b.quarantined
FROM batch b
LEFT JOIN source s USING (source_id);
COMMENT ON VIEW run IS 'What each batch counted.';

CREATE OR REPLACE VIEW current_article AS
SELECT a.item_id, a.revision, i.revision AS revisions, s.name AS source, s.country AS source_country,
       a.title, a.language, a.published, a.modified, a.authors, a.outlet, a.agency, a.origin, a.url, a.keywords,
       a.text, a.word_count, a.search, a.refined_by, a.seen_at, m.story_id, m.copy_of, m.similarity, i.payload_id,
       a.signal
FROM item i
JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.article_revision
JOIN source s USING (source_id)
LEFT JOIN story_member m ON m.item_id = i.item_id;
COMMENT ON COLUMN current_article.signal IS 'What the source says of this revision: update, correction, withheld or kill (to be taken down).';

DO $$
DECLARE missing record;
BEGIN
    FOR missing IN
        SELECT v.relname AS view, a.attname AS name, (
            SELECT col_description(t.oid, ta.attnum)
            FROM information_schema.view_column_usage u
            JOIN pg_class t ON t.relname = u.table_name AND t.relnamespace = v.relnamespace
            JOIN pg_attribute ta ON ta.attrelid = t.oid AND ta.attname = u.column_name
            WHERE u.view_schema = 'copydesk' AND u.view_name = v.relname AND u.column_name = a.attname
              AND col_description(t.oid, ta.attnum) IS NOT NULL
            ORDER BY t.relname LIMIT 1) AS comment
        FROM pg_class v
        JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
        WHERE v.relkind = 'v' AND v.relname IN ('run', 'fetch_account')
          AND v.relnamespace = 'copydesk'::regnamespace AND col_description(v.oid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN copydesk.%I.%I IS %L', missing.view, missing.name, missing.comment);
    END LOOP;
END $$;
COMMENT ON COLUMN run.source IS 'The name of its source.';

SELECT ensure_partitions(now(), now() + interval '3 months');

-- Rights -----------------------------------------------------------------------------------------------------------

GRANT SELECT, INSERT, UPDATE, DELETE ON item_key, address, fetch_record, page TO copydesk_etl;
GRANT SELECT ON fetch_account, source_health, run TO copydesk_etl, copydesk_reader;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA copydesk TO copydesk_etl;
