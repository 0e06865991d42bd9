-- Which lines recur in a source's articles, and whether they are stripped.
SELECT source, status, support, share, left(text, 60) AS block, last_seen::date AS last_seen
FROM copydesk.learned_block
ORDER BY support DESC, source, block
LIMIT 8;
