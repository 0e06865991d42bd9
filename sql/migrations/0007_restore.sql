-- A block that turned out to be news is put back into the articles that it was taken out of, whatever happens meanwhile.

ALTER TABLE recurring_block ADD COLUMN to_restore boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN recurring_block.to_restore IS 'It was stripped and turned out to be news: the articles that it was taken out of are still to be marked.';
CREATE INDEX recurring_block_to_restore ON recurring_block (block_id) WHERE to_restore;
