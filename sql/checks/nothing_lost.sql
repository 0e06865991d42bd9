-- Every refined item is an article, waits in quarantine, or was dropped from there by a person.
SELECT count(*) = 0 AS refined_items_are_somewhere
FROM copydesk.item i
WHERE i.refined_revision = i.revision
  AND i.article_revision IS DISTINCT FROM i.revision
  AND NOT EXISTS (
      SELECT FROM copydesk.quarantine q
      WHERE q.item_id = i.item_id AND coalesce(q.revision, i.revision) = i.revision AND q.resolved_at IS NULL
  );
