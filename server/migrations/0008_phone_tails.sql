-- Tails of telephone numbers: half as many, one at every other digit, with the digit before each behind its third.
DELETE FROM search_term WHERE kind = 't';
INSERT INTO search_term (brand_id, kind, term, customer_id)
SELECT c.brand_id, 't',
    substr(digits, at, 3) || CASE at WHEN 1 THEN '-' ELSE substr(digits, at - 1, 1) END || substr(digits, at + 3),
    c.customer_id
  FROM customer_channel c JOIN channel_type t ON t.id = c.type_id AND t.rule = 'phone'
    CROSS JOIN LATERAL (SELECT substr(c.normalised, 2) AS digits) AS number
    CROSS JOIN LATERAL generate_series(1, length(digits) - 2, 2) AS at
ON CONFLICT DO NOTHING;
