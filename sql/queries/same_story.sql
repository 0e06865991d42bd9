-- Which outlets ran the same agency report.
SELECT story_id, count(*) AS copies, string_agg(DISTINCT outlet, ', ') AS outlets, min(agency) AS agency,
       min(left(title, 50)) AS title
FROM copydesk.current_article
GROUP BY story_id
HAVING count(*) > 1
ORDER BY copies DESC, story_id;
