-- Who said what: direct quotations with speaker, newest first.
SELECT published::date AS day, outlet, speaker, left(content, 60) AS quotation
FROM copydesk.article_quotation
WHERE mode = 'direct' AND speaker IS NOT NULL
ORDER BY published DESC, item_id, start
LIMIT 8;
