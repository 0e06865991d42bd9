-- No item waits for more than a day to be refined; one that is refined once more does not count.
SELECT count(*) = 0 AS no_item_waits_for_a_day
FROM copydesk.item i
JOIN copydesk.payload p USING (payload_id)
WHERE i.refined_revision < i.revision
  AND (i.refined_revision > 0 OR i.refined_by IS NULL)
  AND coalesce(p.loaded_at, p.last_seen_at) < now() - interval '1 day';
