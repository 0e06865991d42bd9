-- How exactly and in which zone times are stated, what is odd about an article's metadata, who says otherwise, who made it.

ALTER TABLE article
    ADD COLUMN published_on date,
    ADD COLUMN published_precision text,
    ADD COLUMN published_zone text,
    ADD COLUMN modified_precision text,
    ADD COLUMN modified_zone text,
    ADD COLUMN flags text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN article.published_on IS 'The day of publication, in the zone that its time was stated with, or in its source''s where that was UTC: group by it. Null for what an earlier version refined.';
COMMENT ON COLUMN article.published_precision IS 'How exactly published is stated: year, month, day, minute or second. Of a day, published is its midnight.';
COMMENT ON COLUMN article.published_zone IS 'Offset from UTC that published was stated with, such as +05:30; null: nobody says, and it was taken as UTC.';
COMMENT ON COLUMN article.modified_precision IS 'How exactly modified is stated.';
COMMENT ON COLUMN article.modified_zone IS 'Offset from UTC that modified was stated with.';
COMMENT ON COLUMN article.flags IS 'What to know before grouping by its metadata: future_date, early_date, date_conflict, language_conflict, mixed_language, outlet_conflict, agency_conflict.';

ALTER TABLE evidence ADD COLUMN chosen boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN evidence.chosen IS 'Whether the article has this value; false: somebody says otherwise.';

CREATE TABLE contributor (
    item_id       bigint NOT NULL,
    revision      integer NOT NULL,
    seen_at       timestamptz NOT NULL,
    position      smallint NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL,
    job           text,
    organisation  text,
    place         text
) PARTITION BY RANGE (seen_at);
CREATE INDEX contributor_item ON contributor (item_id, revision);
COMMENT ON TABLE contributor IS 'The persons whom bylines and credits name, with what they did.';
COMMENT ON COLUMN contributor.item_id IS 'The article.';
COMMENT ON COLUMN contributor.revision IS 'Its revision.';
COMMENT ON COLUMN contributor.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN contributor.position IS 'Place in the order in which they are named, from 0.';
COMMENT ON COLUMN contributor.name IS 'As it is written, without form of address and degree.';
COMMENT ON COLUMN contributor.role IS 'author (of the byline), reporter or editor (of a credit).';
COMMENT ON COLUMN contributor.job IS 'What they are, as it is told: chief correspondent.';
COMMENT ON COLUMN contributor.organisation IS 'For whom they write; by its name in the registry where it is known.';
COMMENT ON COLUMN contributor.place IS 'Where they reported from, as it is told.';

CREATE TABLE subject (
    item_id   bigint NOT NULL,
    revision  integer NOT NULL,
    seen_at   timestamptz NOT NULL,
    position  smallint NOT NULL,
    name      text,
    code      text,
    scheme    text,
    topic     text,
    label     text,
    broad     text
) PARTITION BY RANGE (seen_at);
CREATE INDEX subject_item ON subject (item_id, revision);
CREATE INDEX subject_topic ON subject (topic) WHERE topic IS NOT NULL;
COMMENT ON TABLE subject IS 'What articles are about: the subjects of their sources as given, with the IPTC''s Media Topic where it is known.';
COMMENT ON COLUMN subject.item_id IS 'The article.';
COMMENT ON COLUMN subject.revision IS 'Its revision.';
COMMENT ON COLUMN subject.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN subject.position IS 'Place in the source''s order, from 0; keywords that name a topic come last.';
COMMENT ON COLUMN subject.name IS 'As the source names it.';
COMMENT ON COLUMN subject.code IS 'The source''s code.';
COMMENT ON COLUMN subject.scheme IS 'The vocabulary of the code, as the source calls it.';
COMMENT ON COLUMN subject.topic IS 'IPTC Media Topic, such as medtop:20001065; null where the mapping isn''t known.';
COMMENT ON COLUMN subject.label IS 'The English name of the topic.';
COMMENT ON COLUMN subject.broad IS 'The English name of the broadest topic above it, one of seventeen: group by it.';

SELECT ensure_partitions((SELECT coalesce(min(seen_at), now()) FROM item), now() + interval '3 months');

CREATE OR REPLACE VIEW current_article AS
SELECT a.item_id, a.revision, i.revision AS revisions, s.name AS source, s.country AS source_country,
       a.title, a.language, a.published, a.modified, a.authors, a.outlet, a.agency, a.origin, a.url, a.keywords,
       a.text, a.word_count, a.search, a.refined_by, a.seen_at, m.story_id, m.copy_of, m.similarity, i.payload_id,
       a.signal,
       a.published_on, a.published_precision, a.published_zone, a.modified_precision, a.modified_zone, a.flags
FROM item i
JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.article_revision
JOIN source s USING (source_id)
LEFT JOIN story_member m ON m.item_id = i.item_id;

CREATE OR REPLACE VIEW article_evidence AS
SELECT a.item_id, a.revision, a.source, e.field, e.value, e.origin, e.confidence, e.chosen
FROM evidence e
JOIN current_article a USING (item_id, revision, seen_at);

CREATE VIEW article_contributor AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       c.position, c.name, c.role, c.job, c.organisation, c.place
FROM contributor c
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_contributor IS 'Who made the articles: persons of bylines and credits.';

CREATE VIEW article_subject AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       t.position, t.name, t.code, t.scheme, t.topic, t.label, t.broad
FROM subject t
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_subject IS 'What the articles are about.';

CREATE VIEW metadata_conflict AS
SELECT a.item_id, a.revision, a.source, a.title, o.field, c.value AS chosen, c.origin AS chosen_from,
       o.value AS other, o.origin AS other_from, o.confidence
FROM evidence o
JOIN current_article a USING (item_id, revision, seen_at)
LEFT JOIN evidence c ON (c.item_id, c.revision, c.seen_at, c.field) = (o.item_id, o.revision, o.seen_at, o.field) AND c.chosen
WHERE NOT o.chosen;
COMMENT ON VIEW metadata_conflict IS 'Where the item, its page, its text and its source say different things of an article: what was chosen and what not.';
COMMENT ON COLUMN metadata_conflict.chosen IS 'The value that the article has; null where none could be believed.';
COMMENT ON COLUMN metadata_conflict.chosen_from IS 'Who says so.';
COMMENT ON COLUMN metadata_conflict.other IS 'What somebody else says.';
COMMENT ON COLUMN metadata_conflict.other_from IS 'Who.';
COMMENT ON COLUMN metadata_conflict.confidence IS 'How much the other is to be believed, 0 to 1; 0: it can''t be true.';

DO $$
DECLARE missing record;
BEGIN
    FOR missing IN
        SELECT DISTINCT ON (v.attrelid, v.attname)
               v.attrelid::regclass AS view, v.attname AS name, col_description(t.attrelid, t.attnum) AS comment
        FROM pg_attribute v
        JOIN pg_attribute t ON t.attname = v.attname AND t.attrelid IN (
            'copydesk.contributor'::regclass, 'copydesk.subject'::regclass, 'copydesk.evidence'::regclass, 'copydesk.article'::regclass,
            'copydesk.current_article'::regclass)
        WHERE v.attrelid IN ('copydesk.current_article'::regclass, 'copydesk.article_evidence'::regclass,
                             'copydesk.article_contributor'::regclass, 'copydesk.article_subject'::regclass,
                             'copydesk.metadata_conflict'::regclass)
          AND col_description(v.attrelid, v.attnum) IS NULL AND col_description(t.attrelid, t.attnum) IS NOT NULL
        ORDER BY v.attrelid, v.attname,
                 (SELECT relname FROM pg_class WHERE oid = v.attrelid) NOT LIKE
                     '%' || (SELECT relname FROM pg_class WHERE oid = t.attrelid),
                 t.attrelid
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', missing.view, missing.name, missing.comment);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON contributor, subject TO copydesk_etl;
GRANT SELECT ON article_contributor, article_subject, metadata_conflict TO copydesk_etl, copydesk_reader;
