-- Articles have a text, a language, and no publication time in the future (the last seven days).
SELECT coalesce(bool_and(length(btrim(text)) > 0), true) AS every_article_has_a_text,
       coalesce(avg((language IS NULL)::int) < 0.5, true) AS most_languages_are_known,
       coalesce(bool_and(published IS NULL OR published < now() + interval '2 days'), true) AS nothing_is_from_the_future
FROM copydesk.current_article
WHERE seen_at > now() - interval '7 days';
