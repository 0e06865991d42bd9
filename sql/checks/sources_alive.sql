-- No source has been failing for two days, and none is silent against its own rhythm; the view source_health says which.
SELECT count(*) FILTER (WHERE state = 'failing') = 0 AS no_source_fails_for_days,
       count(*) FILTER (WHERE state = 'silent') = 0 AS no_source_went_silent
FROM copydesk.source_health;
