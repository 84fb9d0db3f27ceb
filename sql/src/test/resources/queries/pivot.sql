SELECT * FROM s.a PIVOT (sum(x) FOR g IN ('a', 'b', 'none') GROUP BY k)

SELECT * FROM s.a PIVOT (count(*) AS n, max(x), any_value(z) FOR g IN ('a' AS first, 'c', NULL) GROUP BY k)

PIVOT ra ON k IN (0, 1, 2) USING count(v), sum(v) + 1 AS more

SELECT p.* FROM (SELECT k, v FROM ra) PIVOT (count(v) FOR v IN (1, 2, 3, 4)) AS p(key, one, two) WHERE key > 1

SELECT * FROM (SELECT x, g, k FROM s.a WHERE x > 0) PIVOT (list(x ORDER BY x) FOR g IN (a, b) k IN (1, 2))

WITH p AS (PIVOT s.b ON h IN ('a', 'b') USING count(DISTINCT y), avg(y) AS mean GROUP BY k) SELECT p.k, a.x, p."a_count(DISTINCT y)" AS n FROM s.a a LEFT JOIN p ON a.k = p.k

SELECT * FROM (SELECT k, x % 24 AS h FROM s.a) PIVOT (count(*) FOR h IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, NULL) GROUP BY k)

SELECT * FROM s.a PIVOT (sum(x) FOR z IN (0.0, '1.0', 'nan', 2) GROUP BY g, k)

SELECT * FROM s.a PIVOT (count(x) FOR upper(g) IN ('A', lower('B'))) WHERE k IS NOT NULL

SELECT * FROM ra UNPIVOT (n FOR what IN (k, v))

SELECT t, what, n FROM ra UNPIVOT INCLUDE NULLS (n FOR what IN (k AS key, v)) u

SELECT u.what, count(*) AS c, sum(u.n) AS s FROM (UNPIVOT s.a ON k, x INTO NAME what VALUE n) u GROUP BY u.what

UNPIVOT (SELECT k, x::BIGINT AS x, z FROM s.a) ON COLUMNS(* EXCLUDE (k))

SELECT * FROM (SELECT k, x, g FROM s.a) UNPIVOT (value FOR name IN (k, x)) JOIN ra ON ra.k = value

SELECT * FROM (SELECT g, k, row_number() OVER (PARTITION BY g ORDER BY x) AS n FROM s.a) PIVOT (max(k) FOR n IN (1, 2, 3))

SELECT * FROM (SELECT k, x FROM s.a ORDER BY x, k LIMIT 3) UNPIVOT INCLUDE NULLS (value FOR name IN (k, x)) WHERE value IS NULL OR value < 3

SELECT * FROM (SELECT a.g, b.h, b.y FROM s.a a ASOF LEFT JOIN s.b b ON a.k = b.k AND a.t >= b.s) PIVOT (count(*) AS n, sum(y) AS s FOR h IN ('a', NULL)) p

SELECT p.a, a.v FROM ra a JOIN (PIVOT s.a ON g IN ('a', 'b') USING max(x) GROUP BY k) p ON p.k = a.k AND p.b IS NOT NULL
