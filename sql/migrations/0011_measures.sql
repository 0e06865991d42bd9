-- Measures: lengths, weights, temperatures …
COMMENT ON COLUMN quantity.type IS 'number, ordinal, age (unit Y, M, W or D), number_range, percent, money, dimension or temperature.';
COMMENT ON COLUMN quantity.unit IS '%, an ISO 4217 code, Y, M, W or D of an age, or the identifier of a unit in CLDR: kilometer, square-kilometer, celsius.';
COMMENT ON COLUMN fact.type IS 'person, organisation, place, date, duration, set, number, number_range, ordinal, age, percent, money, dimension, temperature, quote, attribution, dateline or credit.';
