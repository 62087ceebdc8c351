-- Words of names that customers had before: they stay in a brand's dictionary, so a purge has to know whose they were.
CREATE TABLE former_word (
  customer_id bigint NOT NULL,
  word        text COLLATE "C" NOT NULL,
  PRIMARY KEY (customer_id, word)
);

-- Whose the words were that nobody is called by now is not known any more. A restored customer brings its own back.
DELETE FROM search_word d WHERE NOT EXISTS (
  SELECT FROM search_term t WHERE t.brand_id = d.brand_id AND t.kind = 'w' AND t.term = d.word);
DELETE FROM search_variant v WHERE NOT EXISTS (
  SELECT FROM search_word d WHERE d.brand_id = v.brand_id AND d.word = v.word);
