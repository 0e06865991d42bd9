-- Reprocessing: facts may be newer than the text they were found in; payloads may be let go of by policy.

-- In the order in which refining takes them.
ALTER TABLE payload ADD COLUMN content_dropped_at timestamptz;
COMMENT ON COLUMN payload.content_dropped_at IS 'When its bytes were deleted, by policy; null: they are kept.';

ALTER TABLE article ADD COLUMN annotated_by text;
COMMENT ON COLUMN article.annotated_by IS 'The version of the pipeline that found its facts, where that is another than refined_by.';

CREATE VIEW refined_version AS
SELECT coalesce(a.annotated_by, a.refined_by) AS annotated_by, a.refined_by, count(*) AS articles,
       min(a.seen_at) AS first_seen, max(a.seen_at) AS last_seen
FROM article a
JOIN item i ON i.item_id = a.item_id AND i.seen_at = a.seen_at AND i.article_revision = a.revision
GROUP BY 1, 2;
COMMENT ON VIEW refined_version IS 'How many articles each version of the pipeline made: what the DAG reprocess would bring up to date.';
COMMENT ON COLUMN refined_version.annotated_by IS 'The version of the pipeline that found their facts.';
COMMENT ON COLUMN refined_version.refined_by IS 'The version of the pipeline that made them.';
COMMENT ON COLUMN refined_version.articles IS 'How many articles.';
COMMENT ON COLUMN refined_version.first_seen IS 'When the first of them came in.';
COMMENT ON COLUMN refined_version.last_seen IS 'When the last of them came in.';

GRANT SELECT ON refined_version TO copydesk_etl, copydesk_reader;
