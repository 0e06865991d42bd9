-- Politeness across workers: who may ask a host next is agreed on here, whatever process asks.

CREATE TABLE host_turn (
    host     text PRIMARY KEY,
    free_at  timestamptz NOT NULL
);
COMMENT ON TABLE host_turn IS 'From when on each host may be asked again: a request reserves its moment before it is made.';
COMMENT ON COLUMN host_turn.host IS 'The host, with its port where an address names one.';
COMMENT ON COLUMN host_turn.free_at IS 'The first moment that no request has reserved.';
GRANT SELECT, INSERT, UPDATE, DELETE ON host_turn TO copydesk_etl;

COMMENT ON COLUMN batch.run_id IS 'The Airflow run as dag/run, or "cli".';
