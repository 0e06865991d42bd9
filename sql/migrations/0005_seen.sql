-- What was taken out, by which rule of which version, week by week; and who found the text of pages.

COMMENT ON COLUMN removal.kind IS 'disclaimer, credit, signoff, copyright, promo, related_link, byline or correction.';

CREATE OR REPLACE VIEW article_removal AS
SELECT a.item_id, a.revision, a.source, a.outlet AS article_outlet, a.language, a.published,
       r.start, r.stop, r.kind, r.rule, r.confidence, r.outlet, r.agency, r.text, a.refined_by, a.seen_at
FROM removal r
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON COLUMN article_removal.kind IS 'disclaimer, credit, signoff, copyright, promo, related_link, byline or correction.';
COMMENT ON COLUMN article_removal.refined_by IS 'The version of the pipeline, and with it of its rules, that took it.';
COMMENT ON COLUMN article_removal.seen_at IS 'When the revision came in.';

CREATE VIEW removal_week AS
WITH text AS (
    SELECT source, date_trunc('week', seen_at)::date AS week, count(*) AS articles, sum(length(text)) AS kept
    FROM current_article
    GROUP BY 1, 2
), taken AS (
    SELECT source, date_trunc('week', seen_at)::date AS week, kind, rule, refined_by,
           count(DISTINCT item_id) AS articles, count(*) AS removals, sum(stop - start) AS characters,
           min(confidence) AS least_confidence
    FROM article_removal
    GROUP BY 1, 2, 3, 4, 5
), whole AS (
    SELECT source, week, text.articles, text.kept + coalesce(sum(taken.characters), 0) AS characters
    FROM text LEFT JOIN taken USING (source, week)
    GROUP BY source, week, text.articles, text.kept
)
SELECT taken.source, taken.week, taken.kind, taken.rule, taken.refined_by, taken.removals, taken.articles,
       round(taken.articles::numeric / whole.articles, 4) AS share_of_articles,
       taken.characters, round(taken.characters / whole.characters, 4) AS share_of_characters,
       taken.least_confidence
FROM taken JOIN whole USING (source, week);
COMMENT ON VIEW removal_week IS 'How much each rule took out of each source''s articles, by week: a rule gone wrong stands out.';
COMMENT ON COLUMN removal_week.source IS 'The source.';
COMMENT ON COLUMN removal_week.week IS 'Monday of the week in which the articles came in, UTC by the session''s time zone.';
COMMENT ON COLUMN removal_week.kind IS 'Kind of boilerplate.';
COMMENT ON COLUMN removal_week.rule IS 'The signature, scorer or learned block.';
COMMENT ON COLUMN removal_week.refined_by IS 'The version of the pipeline.';
COMMENT ON COLUMN removal_week.removals IS 'Spans that it took.';
COMMENT ON COLUMN removal_week.articles IS 'Articles that it took them out of.';
COMMENT ON COLUMN removal_week.share_of_articles IS 'Of the source''s articles of the week, 0 to 1.';
COMMENT ON COLUMN removal_week.characters IS 'Characters that it took.';
COMMENT ON COLUMN removal_week.share_of_characters IS 'Of all characters that the articles had before anything was taken, 0 to 1.';
COMMENT ON COLUMN removal_week.least_confidence IS 'The least confidence of its removals, 0 to 1.';

CREATE VIEW extraction_week AS
SELECT a.source, date_trunc('week', a.seen_at)::date AS week, substring(e.origin FROM '^extracted: (.*)$') AS extracted_by,
       e.value AS kind, count(*) AS articles, round(avg(e.confidence)::numeric, 3) AS mean_confidence
FROM evidence e
JOIN current_article a USING (item_id, revision, seen_at)
WHERE e.field = 'text'
GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW extraction_week IS 'Who found the text of a source''s pages, by week: copydesk, its selectors, or trafilatura where we were unsure.';
COMMENT ON COLUMN extraction_week.source IS 'The source.';
COMMENT ON COLUMN extraction_week.week IS 'Monday of the week in which the articles came in.';
COMMENT ON COLUMN extraction_week.extracted_by IS 'copydesk, selectors or trafilatura.';
COMMENT ON COLUMN extraction_week.kind IS 'article, cut (by a paywall) or gallery.';
COMMENT ON COLUMN extraction_week.articles IS 'How many.';
COMMENT ON COLUMN extraction_week.mean_confidence IS 'Expected F1 of the text, 0 to 1, on average.';

GRANT SELECT ON removal_week, extraction_week TO copydesk_etl, copydesk_reader;
