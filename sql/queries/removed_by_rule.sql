-- Which rule took how much out of which source.
SELECT source, kind, rule, count(*) AS removals, sum(stop - start) AS characters
FROM copydesk.article_removal
GROUP BY source, kind, rule
ORDER BY characters DESC, source, rule
LIMIT 8;
