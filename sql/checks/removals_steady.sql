-- No rule takes suddenly much more out of a source than in the four weeks before; removal_week says which and since when.
WITH day AS (
    SELECT source, seen_at > now() - interval '1 day' AS now, count(*) AS articles
    FROM copydesk.current_article
    WHERE seen_at > now() - interval '29 days'
    GROUP BY 1, 2
), taken AS (
    SELECT source, rule, seen_at > now() - interval '1 day' AS now, count(DISTINCT item_id) AS articles
    FROM copydesk.article_removal
    WHERE seen_at > now() - interval '29 days'
    GROUP BY 1, 2, 3
), rates AS (
    SELECT today.source, taken_today.rule,
           taken_today.articles::real / today.articles AS rate,
           coalesce(taken_before.articles, 0)::real / before.articles AS rate_before
    FROM day today
    JOIN day before ON before.source = today.source AND NOT before.now AND before.articles >= 50
    JOIN taken taken_today ON taken_today.source = today.source AND taken_today.now
    LEFT JOIN taken taken_before
           ON taken_before.source = today.source AND taken_before.rule = taken_today.rule AND NOT taken_before.now
    -- What was learned of a source is meant to begin from one day to the next.
    WHERE today.now AND today.articles >= 20 AND taken_today.rule NOT LIKE 'learned.%'
)
SELECT coalesce(bool_and(rate <= 3 * rate_before + 0.25), true) AS no_rule_takes_suddenly_more
FROM rates;
