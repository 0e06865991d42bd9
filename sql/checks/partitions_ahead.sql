-- The partitions of the next month are there.
SELECT to_regclass(format('copydesk.article_%s', to_char(now() + interval '1 month', 'YYYY_MM'))) IS NOT NULL
       AS next_month_has_partitions;
