-- Every refined item is an article or waits in quarantine.
SELECT count(*) = 0 AS refined_items_are_somewhere
FROM copydesk.item i
WHERE i.refined_revision = i.revision
  AND i.article_revision IS DISTINCT FROM i.revision
  AND NOT EXISTS (SELECT FROM copydesk.quarantine q WHERE q.item_id = i.item_id AND q.resolved_at IS NULL);
