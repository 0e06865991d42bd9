-- Every fact: the sentence that states it, where it stands in the item's text, and who vouches for it.

DO $$
DECLARE fact text;
BEGIN
    FOREACH fact IN ARRAY ARRAY['mention', 'quantity', 'date_mention', 'quotation', 'attribution', 'dateline', 'event'] LOOP
        EXECUTE format(
            'ALTER TABLE %I ADD COLUMN source_start integer, ADD COLUMN source_stop integer, '
            'ADD COLUMN sentence_start integer, ADD COLUMN sentence_stop integer, '
            'ADD COLUMN under_start integer, ADD COLUMN under_stop integer', fact);
        EXECUTE format('COMMENT ON COLUMN %I.source_start IS %L', fact, 'First character in the item''s text, from 0.');
        EXECUTE format('COMMENT ON COLUMN %I.source_stop IS %L', fact, 'One past the last character in the item''s text.');
        EXECUTE format('COMMENT ON COLUMN %I.sentence_start IS %L', fact, 'First character of its sentence in the clean text.');
        EXECUTE format('COMMENT ON COLUMN %I.sentence_stop IS %L', fact, 'One past the last character of its sentence.');
        EXECUTE format('COMMENT ON COLUMN %I.under_start IS %L', fact, 'Where the quotation or attribution that it stands under begins; null where the article itself says it.');
        EXECUTE format('COMMENT ON COLUMN %I.under_stop IS %L', fact, 'Where that ends.');
    END LOOP;
END $$;

ALTER TABLE attribution ADD COLUMN chain jsonb;
COMMENT ON COLUMN attribution.chain IS 'The sources from who told the reader to where it comes from: [{"source": words, "agency": name in the registry}].';

ALTER TABLE entity ADD COLUMN wikidata text
    GENERATED ALWAYS AS (CASE WHEN name_key LIKE 'wikidata:Q%' THEN substr(name_key, 10) END) STORED;
COMMENT ON COLUMN entity.wikidata IS 'Its item in Wikidata, where a registry has it.';
COMMENT ON COLUMN entity.name_key IS 'The natural key: geonames:ID, wikidata:ITEM, or the name folded to lower case without accents.';

CREATE OR REPLACE VIEW article_mention AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       m.start, m.stop, m.text, m.type, m.confidence, m.rule,
       e.entity_id, e.name, e.country, e.geonameid, e.latitude, e.longitude, e.name_key, e.wikidata
FROM mention m
JOIN current_article a USING (item_id, revision, seen_at)
JOIN entity e USING (entity_id);
COMMENT ON COLUMN article_mention.name_key IS 'The natural key: geonames:ID, wikidata:ITEM, or the name folded to lower case without accents.';
COMMENT ON COLUMN article_mention.wikidata IS 'Its item in Wikidata, where a registry has it.';

CREATE OR REPLACE VIEW article_attribution AS
SELECT a.item_id, a.revision, a.source, a.outlet AS article_outlet, a.published, a.language,
       t.start, t.stop, t.text, t.source AS attributed_to, t.agency, t.cue, t.covers_start, t.covers_stop,
       t.confidence, t.rule, t.chain
FROM attribution t
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON COLUMN article_attribution.chain IS 'The sources from who told the reader to where it comes from: [{"source": words, "agency": name in the registry}].';

CREATE OR REPLACE VIEW fact AS
SELECT a.item_id, a.revision, a.source, f.type, f.start, f.stop, f.text, f.value, f.confidence, f.rule, a.refined_by,
       f.source_start, f.source_stop,
       substr(a.text, f.sentence_start + 1, f.sentence_stop - f.sentence_start) AS sentence, f.under_start, f.under_stop,
       a.seen_at
FROM current_article a
JOIN (
    SELECT item_id, revision, seen_at, m.type, start, stop, text, e.name AS value, confidence, rule,
           source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM mention m JOIN entity e USING (entity_id)
    UNION ALL
    SELECT item_id, revision, seen_at, type, start, stop, text,
           CASE WHEN low = high THEN trim_scale(low)::text ELSE trim_scale(low)::text || '/' || trim_scale(high)::text END,
           confidence, rule, source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM quantity
    UNION ALL
    SELECT item_id, revision, seen_at, type, start, stop, text, iso, confidence, rule,
           source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM date_mention
    UNION ALL
    SELECT item_id, revision, seen_at, 'quote', start, stop, text, speaker, confidence, rule,
           source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM quotation
    UNION ALL
    SELECT item_id, revision, seen_at, 'attribution', start, stop, text, source, confidence, rule,
           source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM attribution
    UNION ALL
    SELECT item_id, revision, seen_at, type, start, stop, text, coalesce(place, agency), confidence, rule,
           source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM dateline
    UNION ALL
    SELECT item_id, revision, seen_at, 'event', start, stop, text, kind, confidence, rule,
           source_start, source_stop, sentence_start, sentence_stop, under_start, under_stop
    FROM event
) f USING (item_id, revision, seen_at);
COMMENT ON COLUMN fact.refined_by IS 'The version of the pipeline, and with it of its rules, that found it.';
COMMENT ON COLUMN fact.source_start IS 'First character in the item''s text, from 0.';
COMMENT ON COLUMN fact.source_stop IS 'One past the last character in the item''s text.';
COMMENT ON COLUMN fact.sentence IS 'The sentence that states it.';
COMMENT ON COLUMN fact.under_start IS 'Where the quotation or attribution that it stands under begins; null where the article itself says it.';
COMMENT ON COLUMN fact.under_stop IS 'Where that ends.';
COMMENT ON COLUMN fact.seen_at IS 'item.seen_at: the partition key.';

CREATE VIEW attributed_fact AS
SELECT f.item_id, f.revision, f.source, f.type, f.start, f.stop, f.text, f.value, t.source AS attributed_to, t.agency,
       t.chain, t.cue, false AS quoted, f.sentence, f.confidence, f.rule
FROM fact f
JOIN attribution t ON t.item_id = f.item_id AND t.revision = f.revision AND t.seen_at = f.seen_at AND t.start = f.under_start AND t.stop = f.under_stop
UNION ALL
SELECT f.item_id, f.revision, f.source, f.type, f.start, f.stop, f.text, f.value, q.speaker, q.carrier,
       NULL, q.cue, true, f.sentence, f.confidence, f.rule
FROM fact f
JOIN quotation q ON q.item_id = f.item_id AND q.revision = f.revision AND q.seen_at = f.seen_at AND q.start = f.under_start AND q.stop = f.under_stop;
COMMENT ON VIEW attributed_fact IS 'What articles say not themselves but according to somebody: facts with the attribution or quotation that they stand under.';
COMMENT ON COLUMN attributed_fact.item_id IS 'The article that states it.';
COMMENT ON COLUMN attributed_fact.revision IS 'Its revision.';
COMMENT ON COLUMN attributed_fact.source IS 'The source that gave the article.';
COMMENT ON COLUMN attributed_fact.type IS 'As fact.type.';
COMMENT ON COLUMN attributed_fact.start IS 'First character in the clean text, from 0.';
COMMENT ON COLUMN attributed_fact.stop IS 'One past the last character.';
COMMENT ON COLUMN attributed_fact.text IS 'The words that state it.';
COMMENT ON COLUMN attributed_fact.value IS 'As fact.value.';
COMMENT ON COLUMN attributed_fact.attributed_to IS 'According to whom: the source of the attribution, or the speaker.';
COMMENT ON COLUMN attributed_fact.agency IS 'The agency or outlet that it is attributed to, or that carried the quotation.';
COMMENT ON COLUMN attributed_fact.chain IS 'The whole chain of sources, of an attribution.';
COMMENT ON COLUMN attributed_fact.cue IS 'The words that attribute it.';
COMMENT ON COLUMN attributed_fact.quoted IS 'Whether it stands in a quotation.';
COMMENT ON COLUMN attributed_fact.sentence IS 'The sentence that states it.';
COMMENT ON COLUMN attributed_fact.confidence IS '0 to 1.';
COMMENT ON COLUMN attributed_fact.rule IS 'The rule that found it.';
GRANT SELECT ON attributed_fact TO copydesk_etl, copydesk_reader;
