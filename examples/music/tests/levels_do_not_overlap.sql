-- At any time a user has one level.
SELECT a.user_key, b.user_key AS other
FROM {{ ref('dim_users') }} AS a
JOIN {{ ref('dim_users') }} AS b
  ON a.user_id = b.user_id AND a.version < b.version AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)
