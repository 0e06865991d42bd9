-- Times that come back, vague times and times of day.
COMMENT ON COLUMN date_mention.type IS 'date, duration or set (a time that comes back: daily, every Monday).';
COMMENT ON COLUMN date_mention.iso IS
    'ISO 8601 at the precision of the text (2024, 2024-11, 2024-11-02T10:35, P3D); of what ISO has no form for the value of TIMEX3 (1998-SP, PXW, PRESENT_REF); XXXX for a year that is not known.';
COMMENT ON COLUMN date_mention.granularity IS 'day, week, month, year, season, time, part of day, reference …';
COMMENT ON COLUMN fact.type IS 'person, organisation, place, date, duration, set, number, number_range, ordinal, age, percent, money, quote, attribution, dateline or credit.';
COMMENT ON COLUMN quantity.type IS 'number, ordinal, age (unit Y, M, W or D), number_range, percent or money.';
