-- Events, measures, what became of those who are counted; places for maps, and who vouches for a fact.

COMMENT ON COLUMN quantity.type IS 'number, ordinal, age (unit Y, M, W or D), number_range, percent, money, dimension or temperature.';
COMMENT ON COLUMN quantity.unit IS '%, an ISO 4217 code, Y, M, W or D of an age, or the identifier of a unit in CLDR: kilometer, square-kilometer, celsius.';
ALTER TABLE quantity ADD COLUMN outcome text;
COMMENT ON COLUMN quantity.outcome IS 'What became of those counted: killed, wounded, arrested, abducted, displaced or missing, "killed or wounded" where nobody says which; null where the text says nothing.';

ALTER TABLE entity DROP CONSTRAINT entity_type_check;
ALTER TABLE entity ADD CONSTRAINT entity_type_check CHECK (type IN ('person', 'organisation', 'place', 'demonym'));
COMMENT ON TABLE entity IS 'Persons, organisations, places and peoples that articles mention.';
COMMENT ON COLUMN entity.type IS 'person, organisation, place or demonym (Russian, Muscovite).';
COMMENT ON COLUMN entity.country IS 'ISO 3166-1 alpha-2, of a place or a demonym.';

CREATE TABLE event (
    item_id     bigint NOT NULL,
    revision    integer NOT NULL,
    seen_at     timestamptz NOT NULL,
    start       integer NOT NULL,
    stop        integer NOT NULL CHECK (stop > start),
    text        text NOT NULL,
    rule        text NOT NULL,
    confidence  real NOT NULL,
    kind        text NOT NULL,
    plover      text,
    cameo       text,
    actor       text,
    target      text,
    place       text,
    geonameid   integer,
    iso         text,
    first_day   date,
    low         numeric,
    high        numeric,
    counted     text
) PARTITION BY RANGE (seen_at);
CREATE INDEX event_item ON event (item_id, revision);
COMMENT ON TABLE event IS 'Fact: the article says that something happened; all of a row comes from one sentence.';
COMMENT ON COLUMN event.item_id IS 'The article that states it.';
COMMENT ON COLUMN event.revision IS 'Its revision.';
COMMENT ON COLUMN event.seen_at IS 'item.seen_at: the partition key.';
COMMENT ON COLUMN event.start IS 'First character of the words that state it in the clean text, from 0.';
COMMENT ON COLUMN event.stop IS 'One past the last character.';
COMMENT ON COLUMN event.text IS 'The words that state it.';
COMMENT ON COLUMN event.rule IS 'The rule that found it.';
COMMENT ON COLUMN event.confidence IS '0 to 1.';
COMMENT ON COLUMN event.kind IS 'meeting, visit, attack, strike, protest, arrest, election …';
COMMENT ON COLUMN event.plover IS 'Event type in PLOVER; null where it has none.';
COMMENT ON COLUMN event.cameo IS 'Root code in CAMEO, two digits; null where it has none.';
COMMENT ON COLUMN event.actor IS 'Who did it, as the sentence names them.';
COMMENT ON COLUMN event.target IS 'To whom.';
COMMENT ON COLUMN event.place IS 'Where, where the sentence says it.';
COMMENT ON COLUMN event.geonameid IS 'GeoNames id of the place.';
COMMENT ON COLUMN event.iso IS 'When, where the sentence says it: ISO 8601, as date_mention.iso.';
COMMENT ON COLUMN event.first_day IS 'Its first day.';
COMMENT ON COLUMN event.low IS 'How many were killed, wounded, arrested …; of a range the lower end.';
COMMENT ON COLUMN event.high IS 'How many; of a range the upper end.';
COMMENT ON COLUMN event.counted IS 'What is counted, as the text says it.';

SELECT ensure_partitions((SELECT coalesce(min(seen_at), now()) FROM item), now() + interval '3 months');

CREATE OR REPLACE VIEW article_quantity AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       q.start, q.stop, q.text, q.type, q.low, q.high, q.unit, q.counted, q.qualifier, q.confidence, q.rule, q.outcome
FROM quantity q
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON COLUMN article_quantity.outcome IS 'What became of those counted: killed, wounded, arrested, abducted, displaced or missing, "killed or wounded" where nobody says which; null where the text says nothing.';

CREATE VIEW article_event AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language, a.story_id,
       e.start, e.stop, e.text, e.kind, e.plover, e.cameo, e.actor, e.target, e.place, e.geonameid, e.iso, e.first_day,
       e.low, e.high, e.counted, e.confidence, e.rule
FROM event e
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON VIEW article_event IS 'What happened: who did what to whom, where and when, as one sentence says it.';

CREATE VIEW event_by_day AS
SELECT coalesce(first_day, published::date) AS day, kind, place,
       count(DISTINCT (story_id, CASE WHEN story_id IS NULL THEN item_id END)) AS stories, count(DISTINCT item_id) AS articles,
       max(high) AS most_counted
FROM article_event
GROUP BY 1, 2, 3;
COMMENT ON VIEW event_by_day IS 'Events a day: stories, so that copies of one report count once, and the articles that carry them.';
COMMENT ON COLUMN event_by_day.day IS 'The first day of the event, else the day of publication.';
COMMENT ON COLUMN event_by_day.kind IS 'meeting, visit, attack, strike, protest, arrest, election …';
COMMENT ON COLUMN event_by_day.place IS 'Where, where the sentence says it.';
COMMENT ON COLUMN event_by_day.stories IS 'Stories that tell it.';
COMMENT ON COLUMN event_by_day.articles IS 'Articles that tell it.';
COMMENT ON COLUMN event_by_day.most_counted IS 'The highest count that any of them gives.';

CREATE VIEW place_geojson AS
SELECT entity_id, name, country, geonameid, count(DISTINCT item_id) AS articles,
       jsonb_build_object(
           'type', 'Feature', 'id', entity_id,
           'geometry', jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(longitude, latitude)),
           'properties', jsonb_build_object(
               'name', name, 'country', country, 'geonameid', geonameid, 'articles', count(DISTINCT item_id))
       ) AS feature
FROM article_mention
WHERE type = 'place' AND latitude IS NOT NULL AND rule = 'place.city'
GROUP BY entity_id, name, country, geonameid, latitude, longitude;
COMMENT ON VIEW place_geojson IS 'Cities that articles mention, each a Feature of GeoJSON (RFC 7946). Countries are left out: they are no points.';
COMMENT ON COLUMN place_geojson.articles IS 'Articles that mention it.';
COMMENT ON COLUMN place_geojson.feature IS 'A Feature of GeoJSON: a point with name, country, geonameid and articles.';

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
FROM article_dateline
UNION ALL
SELECT item_id, revision, source, 'event', start, stop, text, kind, confidence, rule FROM article_event;
COMMENT ON COLUMN fact.type IS 'person, organisation, place, demonym, date, duration, set, number, number_range, ordinal, age, percent, money, dimension, temperature, quote, attribution, dateline, credit or event.';
COMMENT ON COLUMN fact.value IS 'Name, number (low/high for a range), ISO 8601 date, speaker, source, place or agency, kind of event.';

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
          AND v.relname IN ('article_event', 'event_by_day', 'place_geojson')
          AND col_description(v.oid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN copydesk.%I.%I IS %L', missing.view, missing.name, missing.comment);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON event TO copydesk_etl;
GRANT SELECT ON article_event, event_by_day, place_geojson TO copydesk_etl, copydesk_reader;
