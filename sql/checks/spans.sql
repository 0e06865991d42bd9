-- Facts lie inside the text that states them, and give back its words (the last seven days).
SELECT count(*) = 0 AS facts_give_back_their_text
FROM copydesk.current_article a
JOIN copydesk.fact f USING (item_id)
WHERE a.seen_at > now() - interval '7 days'
  AND substr(a.text, f.start + 1, f.stop - f.start) <> f.text;
