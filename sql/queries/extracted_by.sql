-- Who found the text of the pages, and how sure we were.
SELECT source, week, extracted_by, kind, articles, mean_confidence
FROM copydesk.extraction_week
ORDER BY week DESC, source, articles DESC
LIMIT 8;
