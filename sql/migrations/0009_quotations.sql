-- What is said in the reporter's words too, and the words that name who says it.

ALTER TABLE quotation
    ADD COLUMN mode text NOT NULL DEFAULT 'direct',
    ADD COLUMN said_by text;
COMMENT ON COLUMN quotation.mode IS 'direct: sentences between quotation marks; mixed: words in marks within the reporter''s sentence; indirect: no marks.';
COMMENT ON COLUMN quotation.speaker IS 'Who said it: the name for which a pronoun or a surname stands, else the words that name them; null where none do.';
COMMENT ON COLUMN quotation.said_by IS 'The words of the text that name the speaker: he, the harbour police.';

CREATE OR REPLACE VIEW article_quotation AS
SELECT a.item_id, a.revision, a.source, a.outlet, a.published, a.language,
       q.start, q.stop, q.text, q.content, q.speaker, q.carrier, q.cue, q.confidence, q.rule, q.mode, q.said_by
FROM quotation q
JOIN current_article a USING (item_id, revision, seen_at);
COMMENT ON COLUMN article_quotation.mode IS 'direct: sentences between quotation marks; mixed: words in marks within the reporter''s sentence; indirect: no marks.';
COMMENT ON COLUMN article_quotation.speaker IS 'Who said it: the name for which a pronoun or a surname stands, else the words that name them; null where none do.';
COMMENT ON COLUMN article_quotation.said_by IS 'The words of the text that name the speaker: he, the harbour police.';
