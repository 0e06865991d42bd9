-- Which rule took how much out of which source, this week and the week before.
SELECT source, kind, rule, removals, articles, share_of_characters AS share,
       lag(share_of_characters) OVER (PARTITION BY source, rule ORDER BY week) AS share_before
FROM copydesk.removal_week
ORDER BY week DESC, characters DESC, source, rule
LIMIT 8;
