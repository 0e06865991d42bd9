-- No item waits for more than a day to be refined.
SELECT count(*) = 0 AS no_item_waits_for_a_day
FROM copydesk.item i
JOIN copydesk.payload p USING (payload_id)
WHERE i.refined_revision < i.revision AND p.loaded_at < now() - interval '1 day';
