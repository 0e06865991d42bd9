-- Datelines and closing credits: where, when and by whom a report says it was filed.

CREATE TABLE dateline (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    start       integer NOT NULL,
    stop        integer NOT NULL CHECK (stop > start),
    text        text NOT NULL,
    rule        text NOT NULL,
    confidence  real NOT NULL,
    type        text NOT NULL,
    place       text,
    day         date,
    agency      text
) PARTITION BY RANGE (seen_at);
CREATE INDEX dateline_item ON dateline (item_id, revision);
COMMENT ON TABLE dateline IS 'Fact: the article says where and when it was filed, and by which agency.';
COMMENT ON COLUMN dateline.item_id IS 'The article that states it.';
COMMENT ON COLUMN dateline.revision IS 'Its revision.';
COMMENT ON COLUMN dateline.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN dateline.start IS 'First character in the clean text, from 0.';
COMMENT ON COLUMN dateline.stop IS 'One past the last character.';
COMMENT ON COLUMN dateline.text IS 'The words that state it.';
COMMENT ON COLUMN dateline.rule IS 'The rule that found it.';
COMMENT ON COLUMN dateline.confidence IS '0 to 1.';
COMMENT ON COLUMN dateline.type IS 'dateline, or credit for a line at the end that names an agency.';
COMMENT ON COLUMN dateline.place IS 'Where, as the text has it.';
COMMENT ON COLUMN dateline.day IS 'Of which day; null where it says none.';
COMMENT ON COLUMN dateline.agency IS 'Name in the registry of agencies; the first of several.';

SELECT ensure_partitions((SELECT coalesce(min(seen_at), now()) FROM item), now() + interval '3 months');

CREATE VIEW article_dateline AS
SELECT a.item_id, a.revision, a.source, a.outlet AS article_outlet, a.published, a.language,
       d.type, d.start, d.stop, d.text, d.place, d.day, d.agency, d.confidence, d.rule
FROM dateline d
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_dateline IS 'Where, when and by whom articles were filed, as their first and last words say it.';
COMMENT ON COLUMN article_dateline.article_outlet IS 'Who published the article.';

DO $$
DECLARE missing record;
BEGIN
    FOR missing IN
        SELECT v.attname AS name, col_description(t.attrelid, t.attnum) AS comment
        FROM pg_attribute v
        JOIN pg_attribute t ON t.attname = v.attname
            AND t.attrelid IN ('copydesk.dateline'::regclass, 'copydesk.current_article'::regclass)
        WHERE v.attrelid = 'copydesk.article_dateline'::regclass AND col_description(v.attrelid, v.attnum) IS NULL
        ORDER BY t.attrelid = 'copydesk.dateline'::regclass
    LOOP
        EXECUTE format('COMMENT ON COLUMN copydesk.article_dateline.%I IS %L', missing.name, missing.comment);
    END LOOP;
END $$;

CREATE OR REPLACE VIEW fact AS
SELECT item_id, revision, source, type, start, stop, text, name AS value, confidence, rule FROM article_mention
UNION ALL
SELECT item_id, revision, source, type, start, stop, text,
       CASE WHEN low = high THEN trim_scale(low)::text ELSE trim_scale(low)::text || '/' || trim_scale(high)::text END,
       confidence, rule FROM article_quantity
UNION ALL
SELECT item_id, revision, source, type, start, stop, text, iso, confidence, rule FROM article_date
UNION ALL
SELECT item_id, revision, source, 'quote', start, stop, text, speaker, confidence, rule FROM article_quotation
UNION ALL
SELECT item_id, revision, source, 'attribution', start, stop, text, attributed_to, confidence, rule
FROM article_attribution
UNION ALL
SELECT item_id, revision, source, type, start, stop, text, coalesce(place, agency), confidence, rule
FROM article_dateline;
COMMENT ON COLUMN fact.type IS 'person, organisation, place, date, duration, number, number_range, percent, money, quote, attribution, dateline or credit.';
COMMENT ON COLUMN fact.value IS 'Name, number (low/high for a range), ISO 8601 date, speaker, source, place or agency.';

GRANT SELECT, INSERT, UPDATE, DELETE ON dateline TO copydesk_etl;
GRANT SELECT ON article_dateline TO copydesk_etl, copydesk_reader;
