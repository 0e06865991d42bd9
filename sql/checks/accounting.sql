-- What came in is all accounted for: every batch's items are new, revised, unchanged or quarantined.
SELECT count(*) = 0 AS batches_add_up
FROM copydesk.batch
WHERE received <> new + revised + unchanged + quarantined;
