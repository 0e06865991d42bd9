-- The warehouse: what came in, what it was refined to, what it states.
--
-- Identity and bulk are kept apart. Narrow tables without partitions (payload, item) hold the natural keys, so that
-- "was this loaded before?" is one index probe whatever the age. Wide tables that grow are partitioned by month of
-- seen_at, the moment its item was first loaded, which never changes: a row's partition is known before it is sought,
-- and old months can be detached without forgetting what was loaded.

CREATE TABLE source (
    source_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    outlet      text,
    agency      text,
    language    text,
    country     text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE source IS 'A configured place news comes from: a feed, a wire drop folder, an archive.';
COMMENT ON COLUMN source.source_id IS 'Surrogate key.';
COMMENT ON COLUMN source.name IS 'The name in dags/sources, unique.';
COMMENT ON COLUMN source.outlet IS 'Who publishes what comes from here, as configured.';
COMMENT ON COLUMN source.agency IS 'The news agency whose wire this is, as configured.';
COMMENT ON COLUMN source.language IS 'BCP 47 language of its items where the items do not say, as configured.';
COMMENT ON COLUMN source.country IS 'ISO 3166-1 alpha-2 country of the outlet, as configured.';
COMMENT ON COLUMN source.created_at IS 'When the source was first seen by the warehouse.';

CREATE TABLE batch (
    batch_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('ingest', 'refine')),
    source_id    integer REFERENCES source,
    run_id       text,
    started_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    received     integer NOT NULL DEFAULT 0,
    new          integer NOT NULL DEFAULT 0,
    revised      integer NOT NULL DEFAULT 0,
    unchanged    integer NOT NULL DEFAULT 0,
    quarantined  integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE batch IS 'A run record: one transaction that loaded items or articles, with what it counted.';
COMMENT ON COLUMN batch.batch_id IS 'Surrogate key.';
COMMENT ON COLUMN batch.kind IS 'ingest (payload to items) or refine (items to articles).';
COMMENT ON COLUMN batch.source_id IS 'The source of an ingest batch.';
COMMENT ON COLUMN batch.run_id IS 'The Airflow run, or "cli".';
COMMENT ON COLUMN batch.started_at IS 'Start of the loading transaction.';
COMMENT ON COLUMN batch.finished_at IS 'When the batch had been written, shortly before its commit.';
COMMENT ON COLUMN batch.received IS 'Items that came in; always new + revised + unchanged + quarantined.';
COMMENT ON COLUMN batch.new IS 'Items or articles that were not there before.';
COMMENT ON COLUMN batch.revised IS 'Known items with other content: a new revision.';
COMMENT ON COLUMN batch.unchanged IS 'Known items with the same content.';
COMMENT ON COLUMN batch.quarantined IS 'Items that could not be read or refined.';

CREATE TABLE payload (
    payload_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id     integer NOT NULL REFERENCES source,
    sha256        bytea NOT NULL CHECK (octet_length(sha256) = 32),
    url           text,
    media_type    text,
    size          bigint NOT NULL,
    seen_at       timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_id, sha256)
);
COMMENT ON TABLE payload IS 'The identity of the bytes that a source gave; the bytes are in payload_content.';
COMMENT ON COLUMN payload.payload_id IS 'Surrogate key.';
COMMENT ON COLUMN payload.source_id IS 'The source that gave it.';
COMMENT ON COLUMN payload.sha256 IS 'SHA-256 of the bytes: the same payload twice changes nothing.';
COMMENT ON COLUMN payload.url IS 'Where it was fetched from: an address, a path or a package resource.';
COMMENT ON COLUMN payload.media_type IS 'The media type that the source claimed.';
COMMENT ON COLUMN payload.size IS 'Length in bytes.';
COMMENT ON COLUMN payload.seen_at IS 'When it was first fetched.';
COMMENT ON COLUMN payload.last_seen_at IS 'When it was last fetched.';

CREATE TABLE payload_content (
    payload_id  bigint NOT NULL,
    seen_at     timestamptz NOT NULL,
    content     bytea NOT NULL,
    PRIMARY KEY (payload_id, seen_at)
) PARTITION BY RANGE (seen_at);
COMMENT ON TABLE payload_content IS 'The bytes of payloads, as they came, by month.';
COMMENT ON COLUMN payload_content.payload_id IS 'The payload.';
COMMENT ON COLUMN payload_content.seen_at IS 'payload.seen_at: the partition key.';
COMMENT ON COLUMN payload_content.content IS 'The bytes.';

CREATE TABLE item (
    item_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id         integer NOT NULL REFERENCES source,
    item_key          bytea NOT NULL CHECK (octet_length(item_key) = 32),
    content_hash      bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    revision          integer NOT NULL DEFAULT 1 CHECK (revision > 0),
    payload_id        bigint NOT NULL REFERENCES payload,
    refined_revision  integer NOT NULL DEFAULT 0,
    refined_by        text,
    article_revision  integer,
    linked_revision   integer NOT NULL DEFAULT 0,
    seen_at           timestamptz NOT NULL,
    UNIQUE (source_id, item_key)
);
CREATE INDEX item_pending ON item (item_id) WHERE refined_revision < revision;
CREATE INDEX item_unlinked ON item (item_id) WHERE linked_revision < refined_revision;
COMMENT ON TABLE item IS 'The identity and state of a news item; its content is in item_revision.';
COMMENT ON COLUMN item.item_id IS 'Surrogate key; an article has the id of its item.';
COMMENT ON COLUMN item.source_id IS 'The source that gave it.';
COMMENT ON COLUMN item.item_key IS 'SHA-256 of what identifies the item in its source: its id, else its address, else its content.';
COMMENT ON COLUMN item.content_hash IS 'SHA-256 of the current revision''s content.';
COMMENT ON COLUMN item.revision IS 'The current revision, from 1.';
COMMENT ON COLUMN item.payload_id IS 'The payload that brought the current revision; one that was seen before it, loaded again, changes nothing.';
COMMENT ON COLUMN item.refined_revision IS 'The newest revision that was refined or quarantined; below revision: pending. Set it to 0 to have the item refined again.';
COMMENT ON COLUMN item.refined_by IS 'The version of the pipeline that did.';
COMMENT ON COLUMN item.article_revision IS 'The newest revision that has an article; null: none has.';
COMMENT ON COLUMN item.linked_revision IS 'The newest revision that was linked to a story; below refined_revision: unlinked.';
COMMENT ON COLUMN item.seen_at IS 'When the item was first loaded; the partition key of all its rows, never changes.';

CREATE TABLE item_revision (
    item_id      bigint NOT NULL,
    revision     integer NOT NULL,
    seen_at      timestamptz NOT NULL,
    payload_id   bigint NOT NULL,
    position     integer NOT NULL,
    identifier   text,
    version      text,
    url          text,
    title        text,
    summary      text,
    byline       text,
    authors      text[] NOT NULL DEFAULT '{}',
    credit       text,
    copyright    text,
    outlet       text,
    language     text,
    published    text,
    updated      text,
    keywords     text[] NOT NULL DEFAULT '{}',
    given        text[] NOT NULL DEFAULT '{}',
    body_type    text NOT NULL CHECK (body_type IN ('text', 'html')),
    body         text NOT NULL,
    PRIMARY KEY (item_id, revision, seen_at)
) PARTITION BY RANGE (seen_at);
COMMENT ON TABLE item_revision IS 'Items as their source gave them, nothing normalised, one row a revision, by month.';
COMMENT ON COLUMN item_revision.item_id IS 'The item.';
COMMENT ON COLUMN item_revision.revision IS 'Counts the item''s contents, from 1.';
COMMENT ON COLUMN item_revision.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN item_revision.payload_id IS 'The payload it was parsed out of.';
COMMENT ON COLUMN item_revision.position IS 'Its place in the payload, from 0.';
COMMENT ON COLUMN item_revision.identifier IS 'The source''s own id (guid).';
COMMENT ON COLUMN item_revision.version IS 'The source''s own version.';
COMMENT ON COLUMN item_revision.url IS 'The address that the source gives for it.';
COMMENT ON COLUMN item_revision.title IS 'Headline as given.';
COMMENT ON COLUMN item_revision.summary IS 'Teaser as given.';
COMMENT ON COLUMN item_revision.byline IS 'Byline as given.';
COMMENT ON COLUMN item_revision.authors IS 'Authors as given.';
COMMENT ON COLUMN item_revision.credit IS 'Credit line as given.';
COMMENT ON COLUMN item_revision.copyright IS 'Copyright notice as given.';
COMMENT ON COLUMN item_revision.outlet IS 'Publisher as given.';
COMMENT ON COLUMN item_revision.language IS 'Language as given.';
COMMENT ON COLUMN item_revision.published IS 'Publication time as given, ISO 8601, with a zone only where the source wrote one.';
COMMENT ON COLUMN item_revision.updated IS 'Time of the last change as given, ISO 8601.';
COMMENT ON COLUMN item_revision.keywords IS 'Keywords and sections as given.';
COMMENT ON COLUMN item_revision.given IS 'Which of the fields a person gave who handed the item in; they win over all else.';
COMMENT ON COLUMN item_revision.body_type IS 'What body is: text or html.';
COMMENT ON COLUMN item_revision.body IS 'The body as given.';

CREATE TABLE article (
    item_id      bigint NOT NULL,
    revision     integer NOT NULL,
    seen_at      timestamptz NOT NULL,
    refined_by   text NOT NULL,
    title        text,
    language     text,
    published    timestamptz,
    modified     timestamptz,
    authors      text[] NOT NULL DEFAULT '{}',
    outlet       text,
    agency       text,
    origin       text,
    url          text,
    keywords     text[] NOT NULL DEFAULT '{}',
    text         text NOT NULL,
    word_count   integer NOT NULL,
    fingerprint  bigint[] NOT NULL,
    search       tsvector GENERATED ALWAYS AS (
                     setweight(to_tsvector('simple', left(coalesce(title, ''), 2000)), 'A')
                     || to_tsvector('simple', left(text, 100000))
                 ) STORED,
    PRIMARY KEY (item_id, revision, seen_at)
) PARTITION BY RANGE (seen_at);
CREATE INDEX article_published ON article (published);
CREATE INDEX article_search ON article USING gin (search);
COMMENT ON TABLE article IS 'Refined items: clean text and normalised metadata, one row a revision, by month.';
COMMENT ON COLUMN article.item_id IS 'The item it was refined from.';
COMMENT ON COLUMN article.revision IS 'The item''s revision.';
COMMENT ON COLUMN article.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN article.refined_by IS 'The version of the pipeline that made it.';
COMMENT ON COLUMN article.title IS 'Headline.';
COMMENT ON COLUMN article.language IS 'BCP 47.';
COMMENT ON COLUMN article.published IS 'When it was published; null where nobody says.';
COMMENT ON COLUMN article.modified IS 'When it was last changed by its publisher.';
COMMENT ON COLUMN article.authors IS 'Persons who wrote it.';
COMMENT ON COLUMN article.outlet IS 'Who published this copy.';
COMMENT ON COLUMN article.agency IS 'Who syndicated it.';
COMMENT ON COLUMN article.origin IS 'Whose reporting it rests on.';
COMMENT ON COLUMN article.url IS 'Canonical address.';
COMMENT ON COLUMN article.keywords IS 'Keywords and sections.';
COMMENT ON COLUMN article.text IS 'The clean text: the item''s text without removals, with repairs.';
COMMENT ON COLUMN article.word_count IS 'Words of the clean text.';
COMMENT ON COLUMN article.fingerprint IS 'Sketch of the clean text, by which copies are found.';
COMMENT ON COLUMN article.search IS 'Full-text index of title and text, without stemming: the articles are of many languages.';

CREATE TABLE evidence (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    field       text NOT NULL,
    value       text NOT NULL,
    origin      text NOT NULL,
    confidence  real NOT NULL
) PARTITION BY RANGE (seen_at);
CREATE INDEX evidence_item ON evidence (item_id, revision);
COMMENT ON TABLE evidence IS 'Where each metadata value of an article came from.';
COMMENT ON COLUMN evidence.item_id IS 'The article.';
COMMENT ON COLUMN evidence.revision IS 'Its revision.';
COMMENT ON COLUMN evidence.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN evidence.field IS 'Column of article that it speaks for.';
COMMENT ON COLUMN evidence.value IS 'The value, as text.';
COMMENT ON COLUMN evidence.origin IS 'item, page, text, removal or source.';
COMMENT ON COLUMN evidence.confidence IS '0 to 1.';

CREATE TABLE removal (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    start       integer NOT NULL,
    stop        integer NOT NULL CHECK (stop > start),
    kind        text NOT NULL,
    rule        text NOT NULL,
    confidence  real NOT NULL,
    outlet      text,
    agency      text,
    text        text NOT NULL
) PARTITION BY RANGE (seen_at);
CREATE INDEX removal_item ON removal (item_id, revision);
CREATE INDEX removal_rule ON removal (rule);
COMMENT ON TABLE removal IS 'Spans of an item''s text that were taken out because they are not news.';
COMMENT ON COLUMN removal.item_id IS 'The article.';
COMMENT ON COLUMN removal.revision IS 'Its revision.';
COMMENT ON COLUMN removal.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN removal.start IS 'First character in the item''s text, from 0, in Unicode code points.';
COMMENT ON COLUMN removal.stop IS 'One past the last character.';
COMMENT ON COLUMN removal.kind IS 'disclaimer, credit, signoff, copyright, promo, related_link or byline.';
COMMENT ON COLUMN removal.rule IS 'The signature or scorer that took it.';
COMMENT ON COLUMN removal.confidence IS '0 to 1.';
COMMENT ON COLUMN removal.outlet IS 'The outlet that the span names as its own.';
COMMENT ON COLUMN removal.agency IS 'The agency that the span names.';
COMMENT ON COLUMN removal.text IS 'What was taken out.';

CREATE TABLE repair (
    item_id      bigint NOT NULL,
    revision     integer NOT NULL,
    seen_at      timestamptz NOT NULL,
    start        integer NOT NULL,
    stop         integer NOT NULL,
    text         text NOT NULL,
    replacement  text NOT NULL,
    rule         text NOT NULL
) PARTITION BY RANGE (seen_at);
CREATE INDEX repair_item ON repair (item_id, revision);
COMMENT ON TABLE repair IS 'Spans of an item''s text that were damaged and mended.';
COMMENT ON COLUMN repair.item_id IS 'The article.';
COMMENT ON COLUMN repair.revision IS 'Its revision.';
COMMENT ON COLUMN repair.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN repair.start IS 'First character in the item''s text.';
COMMENT ON COLUMN repair.stop IS 'One past the last character.';
COMMENT ON COLUMN repair.text IS 'What stood there.';
COMMENT ON COLUMN repair.replacement IS 'What stands there now.';
COMMENT ON COLUMN repair.rule IS 'The rule that mended it.';

CREATE TABLE entity (
    entity_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type         text NOT NULL CHECK (type IN ('person', 'organisation', 'place')),
    name_key     text NOT NULL,
    name         text NOT NULL,
    country      text,
    geonameid    integer,
    latitude     double precision,
    longitude    double precision,
    UNIQUE (type, name_key)
);
COMMENT ON TABLE entity IS 'Persons, organisations and places that articles mention.';
COMMENT ON COLUMN entity.entity_id IS 'Surrogate key.';
COMMENT ON COLUMN entity.type IS 'person, organisation or place.';
COMMENT ON COLUMN entity.name_key IS 'The name folded to lower case without accents, or geonames:ID: the natural key.';
COMMENT ON COLUMN entity.name IS 'The name as first seen.';
COMMENT ON COLUMN entity.country IS 'ISO 3166-1 alpha-2, of a place.';
COMMENT ON COLUMN entity.geonameid IS 'GeoNames id, of a place.';
COMMENT ON COLUMN entity.latitude IS 'WGS 84 degrees.';
COMMENT ON COLUMN entity.longitude IS 'WGS 84 degrees.';

CREATE TABLE mention (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    start       integer NOT NULL,
    stop        integer NOT NULL CHECK (stop > start),
    text        text NOT NULL,
    rule        text NOT NULL,
    confidence  real NOT NULL,
    type        text NOT NULL,
    entity_id   bigint NOT NULL
) PARTITION BY RANGE (seen_at);
CREATE INDEX mention_item ON mention (item_id, revision);
CREATE INDEX mention_entity ON mention (entity_id);
COMMENT ON TABLE mention IS 'Fact: the article names a person, organisation or place.';
COMMENT ON COLUMN mention.type IS 'person, organisation or place.';
COMMENT ON COLUMN mention.entity_id IS 'Whom or what it names.';

CREATE TABLE quantity (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    start       integer NOT NULL,
    stop        integer NOT NULL CHECK (stop > start),
    text        text NOT NULL,
    rule        text NOT NULL,
    confidence  real NOT NULL,
    type        text NOT NULL,
    low         numeric,
    high        numeric,
    unit        text,
    counted     text,
    qualifier   text
) PARTITION BY RANGE (seen_at);
CREATE INDEX quantity_item ON quantity (item_id, revision);
COMMENT ON TABLE quantity IS 'Fact: the article states a number, a range, a percentage or a sum of money.';
COMMENT ON COLUMN quantity.type IS 'number, number_range, percent or money.';
COMMENT ON COLUMN quantity.low IS 'The value; of a range its lower end.';
COMMENT ON COLUMN quantity.high IS 'The value; of a range its upper end.';
COMMENT ON COLUMN quantity.unit IS '% or an ISO 4217 currency code.';
COMMENT ON COLUMN quantity.counted IS 'What is counted, as the text says it.';
COMMENT ON COLUMN quantity.qualifier IS 'about, at_least, at_most, more_than or less_than.';

CREATE TABLE date_mention (
    item_id      bigint NOT NULL,
    revision     integer NOT NULL,
    seen_at      timestamptz NOT NULL,
    start        integer NOT NULL,
    stop         integer NOT NULL CHECK (stop > start),
    text         text NOT NULL,
    rule         text NOT NULL,
    confidence   real NOT NULL,
    type         text NOT NULL,
    iso          text NOT NULL,
    granularity  text,
    relative     boolean NOT NULL,
    first_day    date,
    last_day     date
) PARTITION BY RANGE (seen_at);
CREATE INDEX date_mention_item ON date_mention (item_id, revision);
CREATE INDEX date_mention_day ON date_mention (first_day);
COMMENT ON TABLE date_mention IS 'Fact: the article names a date, a period or a duration.';
COMMENT ON COLUMN date_mention.type IS 'date or duration.';
COMMENT ON COLUMN date_mention.iso IS 'ISO 8601 at the precision of the text: 2024, 2024-11, 2024-11-02, P3D.';
COMMENT ON COLUMN date_mention.granularity IS 'day, week, month, year …';
COMMENT ON COLUMN date_mention.relative IS 'It was resolved against the publication date ("on Friday").';
COMMENT ON COLUMN date_mention.first_day IS 'First day that the date covers; null for a duration.';
COMMENT ON COLUMN date_mention.last_day IS 'Last day that the date covers.';

CREATE TABLE quotation (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    start       integer NOT NULL,
    stop        integer NOT NULL CHECK (stop > start),
    text        text NOT NULL,
    rule        text NOT NULL,
    confidence  real NOT NULL,
    content     text NOT NULL,
    speaker     text,
    carrier     text,
    cue         text
) PARTITION BY RANGE (seen_at);
CREATE INDEX quotation_item ON quotation (item_id, revision);
COMMENT ON TABLE quotation IS 'Fact: the article quotes somebody.';
COMMENT ON COLUMN quotation.content IS 'What was said, without the quotation marks.';
COMMENT ON COLUMN quotation.speaker IS 'Who said it, as the text names them; null where it does not.';
COMMENT ON COLUMN quotation.carrier IS 'The agency or outlet that carried it.';
COMMENT ON COLUMN quotation.cue IS 'The word that reports: said, disse …';

CREATE TABLE attribution (
    item_id       bigint NOT NULL,
    revision      integer NOT NULL,
    seen_at       timestamptz NOT NULL,
    start         integer NOT NULL,
    stop          integer NOT NULL CHECK (stop > start),
    text          text NOT NULL,
    rule          text NOT NULL,
    confidence    real NOT NULL,
    source        text NOT NULL,
    agency        text,
    cue           text,
    covers_start  integer,
    covers_stop   integer
) PARTITION BY RANGE (seen_at);
CREATE INDEX attribution_item ON attribution (item_id, revision);
COMMENT ON TABLE attribution IS 'Fact: the article says whose information something is.';
COMMENT ON COLUMN attribution.source IS 'To whom it is attributed, as the text names them.';
COMMENT ON COLUMN attribution.agency IS 'Name in the registry of agencies and outlets, where it is one.';
COMMENT ON COLUMN attribution.cue IS 'The words that attribute: reported, according to …';
COMMENT ON COLUMN attribution.covers_start IS 'First character of the sentence that it covers.';
COMMENT ON COLUMN attribution.covers_stop IS 'One past its last character.';

DO $$
DECLARE fact text;
BEGIN
    FOREACH fact IN ARRAY ARRAY['mention', 'quantity', 'date_mention', 'quotation', 'attribution'] LOOP
        EXECUTE format('COMMENT ON COLUMN %I.item_id IS %L', fact, 'The article that states it.');
        EXECUTE format('COMMENT ON COLUMN %I.revision IS %L', fact, 'Its revision.');
        EXECUTE format('COMMENT ON COLUMN %I.seen_at IS %L', fact, 'item.seen_at: the partition key.');
        EXECUTE format('COMMENT ON COLUMN %I.start IS %L', fact, 'First character in the clean text, from 0.');
        EXECUTE format('COMMENT ON COLUMN %I.stop IS %L', fact, 'One past the last character.');
        EXECUTE format('COMMENT ON COLUMN %I.text IS %L', fact, 'The words that state it.');
        EXECUTE format('COMMENT ON COLUMN %I.rule IS %L', fact, 'The rule that found it.');
        EXECUTE format('COMMENT ON COLUMN %I.confidence IS %L', fact, '0 to 1.');
    END LOOP;
END $$;

CREATE TABLE story (
    story_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE story IS 'A set of articles that are copies of one syndicated report.';
COMMENT ON COLUMN story.story_id IS 'Surrogate key.';
COMMENT ON COLUMN story.created_at IS 'When its first article was linked.';

CREATE TABLE story_member (
    item_id      bigint PRIMARY KEY,
    story_id     bigint NOT NULL REFERENCES story,
    copy_of      bigint,
    similarity   real
);
CREATE INDEX story_member_story ON story_member (story_id);
COMMENT ON TABLE story_member IS 'Which story an article belongs to, and of which article it is a copy.';
COMMENT ON COLUMN story_member.item_id IS 'The article.';
COMMENT ON COLUMN story_member.story_id IS 'Its story.';
COMMENT ON COLUMN story_member.copy_of IS 'The earlier article that it matched best; null for the first of a story.';
COMMENT ON COLUMN story_member.similarity IS 'Share of the shorter text that both have, estimated from the fingerprints, 0 to 1.';

CREATE TABLE story_key (
    key      bigint NOT NULL,
    item_id  bigint NOT NULL,
    seen_at  timestamptz NOT NULL,
    PRIMARY KEY (key, item_id)
);
CREATE INDEX story_key_item ON story_key (item_id);
COMMENT ON TABLE story_key IS 'Index of fingerprints, of the articles that began a story.';
COMMENT ON COLUMN story_key.key IS 'A hash out of the fingerprint.';
COMMENT ON COLUMN story_key.item_id IS 'The article that has it.';
COMMENT ON COLUMN story_key.seen_at IS 'item.seen_at: says in which partition the article is.';

CREATE TABLE quarantine (
    quarantine_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id      integer NOT NULL REFERENCES source,
    payload_id     bigint NOT NULL,
    position       integer NOT NULL DEFAULT -1,
    item_id        bigint,
    stage          text NOT NULL CHECK (stage IN ('parse', 'refine')),
    reason         text NOT NULL,
    message        text NOT NULL,
    item_name      text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    resolved_at    timestamptz,
    UNIQUE (payload_id, position, stage)
);
CREATE INDEX quarantine_waiting ON quarantine (created_at) WHERE resolved_at IS NULL;
COMMENT ON TABLE quarantine IS 'Where items wait that could not be parsed or refined; their payload is kept.';
COMMENT ON COLUMN quarantine.quarantine_id IS 'Surrogate key.';
COMMENT ON COLUMN quarantine.source_id IS 'The source.';
COMMENT ON COLUMN quarantine.payload_id IS 'The payload that it came in.';
COMMENT ON COLUMN quarantine.position IS 'Its place in the payload, from 0; -1: the payload as a whole.';
COMMENT ON COLUMN quarantine.item_id IS 'The item, where it got as far as being one.';
COMMENT ON COLUMN quarantine.stage IS 'parse or refine.';
COMMENT ON COLUMN quarantine.reason IS 'Short name of the error, for counting.';
COMMENT ON COLUMN quarantine.message IS 'What is wrong and what to do.';
COMMENT ON COLUMN quarantine.item_name IS 'How the item is called.';
COMMENT ON COLUMN quarantine.created_at IS 'Since when it waits.';
COMMENT ON COLUMN quarantine.resolved_at IS 'When a later try succeeded; null: it waits.';

-- Partitions -----------------------------------------------------------------------------------------------------

CREATE FUNCTION ensure_partitions(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = copydesk, pg_temp AS $$
DECLARE
    parent  text;
    month   timestamp := date_trunc('month', first AT TIME ZONE 'UTC');
    child   text;
    created integer := 0;
BEGIN
    WHILE month <= last AT TIME ZONE 'UTC' LOOP
        FOR parent IN
            SELECT relname FROM pg_class
            WHERE relkind = 'p' AND relnamespace = 'copydesk'::regnamespace
            ORDER BY relname
        LOOP
            child := parent || to_char(month, '"_"YYYY"_"MM');
            IF to_regclass(format('copydesk.%I', child)) IS NULL THEN
                PERFORM pg_advisory_xact_lock(hashtext('copydesk.ensure_partitions'));
                IF to_regclass(format('copydesk.%I', child)) IS NULL THEN
                    EXECUTE format(
                        'CREATE TABLE copydesk.%I PARTITION OF copydesk.%I FOR VALUES FROM (%L) TO (%L)',
                        child, parent, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
                    created := created + 1;
                END IF;
            END IF;
        END LOOP;
        month := month + interval '1 month';
    END LOOP;
    RETURN created;
END $$;
COMMENT ON FUNCTION ensure_partitions IS 'Create the monthly partitions of all partitioned tables for a period; says how many were missing.';
REVOKE ALL ON FUNCTION ensure_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions TO copydesk_etl;

SELECT ensure_partitions(now(), now() + interval '3 months');

-- What analysts read ---------------------------------------------------------------------------------------------

CREATE VIEW current_article AS
SELECT a.item_id, a.revision, i.revision AS revisions, s.name AS source, s.country AS source_country,
       a.title, a.language, a.published, a.modified, a.authors, a.outlet, a.agency, a.origin, a.url, a.keywords,
       a.text, a.word_count, a.search, a.refined_by, a.seen_at, m.story_id, m.copy_of, m.similarity, i.payload_id
FROM item i
JOIN article a ON a.item_id = i.item_id AND a.seen_at = i.seen_at AND a.revision = i.article_revision
JOIN source s USING (source_id)
LEFT JOIN story_member m ON m.item_id = i.item_id;
COMMENT ON VIEW current_article IS 'Articles in their newest revision, with source and story. Start here.';

CREATE VIEW article_removal AS
SELECT a.item_id, a.revision, a.source, a.outlet AS article_outlet, a.language, a.published,
       r.start, r.stop, r.kind, r.rule, r.confidence, r.outlet, r.agency, r.text
FROM removal r
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_removal IS 'What was taken out of the articles.';

CREATE VIEW article_repair AS
SELECT a.item_id, a.revision, a.source, a.language, r.start, r.stop, r.text, r.replacement, r.rule
FROM repair r
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_repair IS 'What was mended in the articles.';

CREATE VIEW article_evidence AS
SELECT a.item_id, a.revision, a.source, e.field, e.value, e.origin, e.confidence
FROM evidence e
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_evidence IS 'Where the metadata of the articles came from.';

CREATE VIEW article_mention AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       m.start, m.stop, m.text, m.type, m.confidence, m.rule,
       e.entity_id, e.name, e.country, e.geonameid, e.latitude, e.longitude
FROM mention m
JOIN current_article a USING (item_id, revision, seen_at)
JOIN entity e USING (entity_id);
COMMENT ON VIEW article_mention IS 'Who and what is named where: persons, organisations, places.';

CREATE VIEW article_quantity AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       q.start, q.stop, q.text, q.type, q.low, q.high, q.unit, q.counted, q.qualifier, q.confidence, q.rule
FROM quantity q
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_quantity IS 'How many, how much.';

CREATE VIEW article_date AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       d.start, d.stop, d.text, d.type, d.iso, d.granularity, d.relative, d.first_day, d.last_day, d.confidence, d.rule
FROM date_mention d
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_date IS 'When: dates and durations, resolved against the publication date.';

CREATE VIEW article_quotation AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       q.start, q.stop, q.text, q.content, q.speaker, q.carrier, q.cue, q.confidence, q.rule
FROM quotation q
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_quotation IS 'Who said what.';

CREATE VIEW article_attribution AS
SELECT a.item_id, a.revision, a.source, a.outlet AS article_outlet, a.published, a.language,
       t.start, t.stop, t.text, t.source AS attributed_to, t.agency, t.cue, t.covers_start, t.covers_stop,
       t.confidence, t.rule
FROM attribution t
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_attribution IS 'According to whom.';

CREATE VIEW fact AS
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
FROM article_attribution;
COMMENT ON VIEW fact IS 'All facts of the articles in one shape; value is the name, number, ISO date, speaker or source.';

CREATE VIEW quarantined AS
SELECT q.quarantine_id, s.name AS source, q.payload_id, p.url AS payload_url, q.position, q.item_id, q.item_name,
       q.stage, q.reason, q.message, q.created_at
FROM quarantine q
JOIN source s USING (source_id)
JOIN payload p USING (payload_id)
WHERE q.resolved_at IS NULL;
COMMENT ON VIEW quarantined IS 'Items that wait because they could not be parsed or refined.';

CREATE VIEW run AS
SELECT b.batch_id, b.kind, s.name AS source, b.run_id, b.started_at, b.finished_at,
       b.received, b.new, b.revised, b.unchanged, b.quarantined
FROM batch b
LEFT JOIN source s USING (source_id);
COMMENT ON VIEW run IS 'What each batch counted.';

-- A view's column means what the column of its table means, unless said here.
COMMENT ON COLUMN current_article.revisions IS 'How many revisions the item has had.';
COMMENT ON COLUMN current_article.source IS 'The name of its source.';
COMMENT ON COLUMN current_article.source_country IS 'The country of its source.';
COMMENT ON COLUMN article_removal.article_outlet IS 'Who published the copy that it was removed from.';
COMMENT ON COLUMN article_attribution.article_outlet IS 'Who published the article.';
COMMENT ON COLUMN article_attribution.attributed_to IS 'To whom the information is attributed.';
COMMENT ON COLUMN fact.type IS 'person, organisation, place, date, duration, number, number_range, percent, money, quote or attribution.';
COMMENT ON COLUMN fact.start IS 'First character in the clean text, from 0.';
COMMENT ON COLUMN fact.stop IS 'One past the last character.';
COMMENT ON COLUMN fact.text IS 'The words that state it.';
COMMENT ON COLUMN fact.rule IS 'The rule that found it.';
COMMENT ON COLUMN fact.confidence IS '0 to 1.';
COMMENT ON COLUMN fact.value IS 'Name, number (low/high for a range), ISO 8601 date, speaker or source.';
COMMENT ON COLUMN quarantined.payload_url IS 'Where the payload was fetched from.';

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
            ORDER BY t.relkind = 'v', t.relname LIMIT 1) AS comment
        FROM pg_class v
        JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
        WHERE v.relkind = 'v' AND v.relnamespace = 'copydesk'::regnamespace
          AND col_description(v.oid, a.attnum) IS NULL
        ORDER BY v.oid
    LOOP
        EXECUTE format('COMMENT ON COLUMN copydesk.%I.%I IS %L', missing.view, missing.name, coalesce(missing.comment, (
            SELECT col_description(a.attrelid, a.attnum) FROM pg_attribute a
            WHERE a.attrelid = 'copydesk.current_article'::regclass AND a.attname = missing.name)));
    END LOOP;
END $$;

-- Rights ---------------------------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA copydesk TO copydesk_etl, copydesk_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA copydesk TO copydesk_etl;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA copydesk TO copydesk_etl;
GRANT SELECT ON current_article, article_removal, article_repair, article_evidence, article_mention, article_quantity,
    article_date, article_quotation, article_attribution, fact, quarantined, run TO copydesk_reader;
