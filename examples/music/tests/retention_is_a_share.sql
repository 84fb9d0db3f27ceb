-- Whoever signs up comes in that week, and nobody comes twice.
SELECT * FROM {{ ref('retention') }}
WHERE retention > 1 OR (weeks_after = 0 AND retention < 0.9)
