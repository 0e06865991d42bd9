-- Lines that recur at the edges of a source's articles: the evidence, and what was decided. Learned in the transaction
-- that loads the articles; an item is learned from once, whatever its revisions and however often it is refined.

ALTER TABLE item ADD COLUMN learned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN item.learned IS 'Whether its lines are counted in recurring_block.';

CREATE TABLE learned_source (
    source_id  integer PRIMARY KEY REFERENCES source,
    articles   bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE learned_source IS 'How many articles of a source its recurring blocks were learned from.';
COMMENT ON COLUMN learned_source.source_id IS 'The source.';
COMMENT ON COLUMN learned_source.articles IS 'The number of the latest of them, counted from 1; blocks count time by it.';

CREATE TABLE recurring_block (
    block_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   integer NOT NULL REFERENCES source,
    key         bigint NOT NULL,
    words       text NOT NULL,
    text        text NOT NULL,
    status      text NOT NULL CHECK (status IN ('candidate', 'applied', 'approved', 'rejected', 'retired')),
    decided     boolean NOT NULL DEFAULT false,
    kind        text,
    support     integer NOT NULL,
    days        integer NOT NULL,
    last_day    date NOT NULL,
    since       bigint NOT NULL,
    last        bigint NOT NULL,
    recent      bit(64) NOT NULL,
    places      integer[] NOT NULL,
    topical     real NOT NULL,
    varied      integer NOT NULL,
    suspicion   real NOT NULL,
    speaks      boolean NOT NULL,
    examples    bigint[] NOT NULL,
    subjects    jsonb NOT NULL,
    keep_until  bigint,
    first_seen  timestamptz NOT NULL DEFAULT now(),
    last_seen   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_id, key)
);
CREATE INDEX recurring_block_expiry ON recurring_block (source_id, keep_until);
CREATE INDEX recurring_block_shown ON recurring_block (source_id, status) WHERE support > 2;
COMMENT ON TABLE recurring_block IS 'Lines at the edges of a source''s articles, with the evidence on whether they are news; forgotten when unseen.';
COMMENT ON COLUMN recurring_block.block_id IS 'Surrogate key; the rule of its removals is learned.ID.';
COMMENT ON COLUMN recurring_block.source_id IS 'The source.';
COMMENT ON COLUMN recurring_block.key IS 'Hash of words.';
COMMENT ON COLUMN recurring_block.words IS 'Its words, by which it is known again: without case and accents, dates, figures and authors'' names replaced.';
COMMENT ON COLUMN recurring_block.text IS 'The line as it was first seen.';
COMMENT ON COLUMN recurring_block.status IS 'candidate, applied (stripped without asking), approved, rejected or retired (no longer seen).';
COMMENT ON COLUMN recurring_block.decided IS 'Whether a person decided on it.';
COMMENT ON COLUMN recurring_block.kind IS 'The kind of removal that it is.';
COMMENT ON COLUMN recurring_block.support IS 'Articles that had it.';
COMMENT ON COLUMN recurring_block.days IS 'Days of these articles; a day is counted again where they come out of order.';
COMMENT ON COLUMN recurring_block.last_day IS 'The day of the article that was counted last.';
COMMENT ON COLUMN recurring_block.since IS 'The number of the source''s article that had it first, or first after it was retired.';
COMMENT ON COLUMN recurring_block.last IS 'The number of the source''s article that had it last.';
COMMENT ON COLUMN recurring_block.recent IS 'A bit for each of the 64 articles up to last, the latest at the right: whether it had the block.';
COMMENT ON COLUMN recurring_block.places IS 'How often it was the first, second … line, then the last, last but one … line.';
COMMENT ON COLUMN recurring_block.topical IS 'Mean share of its words that its articles have elsewhere too, 0 to 1.';
COMMENT ON COLUMN recurring_block.varied IS 'Articles in which its figures were others than in text.';
COMMENT ON COLUMN recurring_block.suspicion IS 'The scorer''s probability that it is boilerplate, 0 to 1.';
COMMENT ON COLUMN recurring_block.speaks IS 'Whether it quotes or reports what somebody said.';
COMMENT ON COLUMN recurring_block.examples IS 'The latest items that had it, twelve at most.';
COMMENT ON COLUMN recurring_block.subjects IS 'Hashes of the words of their headlines.';
COMMENT ON COLUMN recurring_block.keep_until IS 'The number of the source''s article with which it is forgotten unless it is seen before; null: never.';
COMMENT ON COLUMN recurring_block.first_seen IS 'When it was first learned.';
COMMENT ON COLUMN recurring_block.last_seen IS 'When it was last learned.';

CREATE VIEW learned_block AS
SELECT b.block_id, s.name AS source, b.status, b.decided, b.kind, b.support, b.days, b.places,
       round((bit_count(b.recent << least(l.articles - b.last, 64)::integer)
              / least(64, l.articles - b.since + 1)::numeric), 3) AS share,
       b.topical, b.varied, b.suspicion, b.text, b.examples, b.first_seen, b.last_seen
FROM recurring_block b
JOIN source s USING (source_id)
JOIN learned_source l USING (source_id)
WHERE b.support > 2;
COMMENT ON VIEW learned_block IS 'Lines that recur in a source''s articles, with the evidence and what was decided.';
COMMENT ON COLUMN learned_block.source IS 'The name of its source.';
COMMENT ON COLUMN learned_block.share IS 'In how many of the source''s latest 64 articles it was, 0 to 1.';

DO $$
DECLARE missing record;
BEGIN
    FOR missing IN
        SELECT v.attname AS name, col_description(t.attrelid, t.attnum) AS comment
        FROM pg_attribute v
        JOIN pg_attribute t ON t.attrelid = 'copydesk.recurring_block'::regclass AND t.attname = v.attname
        WHERE v.attrelid = 'copydesk.learned_block'::regclass
    LOOP
        EXECUTE format('COMMENT ON COLUMN copydesk.learned_block.%I IS %L', missing.name, missing.comment);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON learned_source, recurring_block TO copydesk_etl;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA copydesk TO copydesk_etl;
GRANT SELECT ON learned_block TO copydesk_etl, copydesk_reader;
