SELECT * RENAME (k AS number, x AS y) FROM s.a

SELECT a.* RENAME (k AS number), b.y FROM s.a a JOIN s.b b ON a.k = b.k

SELECT * EXCLUDE (b.k, b.z) FROM s.a a JOIN s.b b ON a.k = b.k

SELECT * EXCLUDE (a.k, a.z) FROM s.a a LEFT JOIN s.b b ON a.k = b.k

SELECT * EXCLUDE (a.k, b.z) FROM s.a a FULL JOIN s.b b USING (k)

SELECT * EXCLUDE (k, b.z) RENAME (b.s AS k) FROM s.a a RIGHT JOIN s.b b USING (k)

SELECT * EXCLUDE (a.k, b.v) FROM ra a RIGHT JOIN rb b USING (k)

SELECT * REPLACE (x + 1 AS X) RENAME (g AS h) FROM s.a

SELECT * REPLACE (a.k + b.k AS k, 0 AS z) FROM s.a a JOIN s.b b ON a.k = b.k

SELECT COLUMNS('^[kxz]$') FROM s.a

SELECT g, max(COLUMNS('^[kx]$')), sum(COLUMNS('^([kx])$')) AS 'sum_\1' FROM s.a GROUP BY g

SELECT COLUMNS(* EXCLUDE (t))::VARCHAR AS "\0_text" FROM s.a

SELECT COLUMNS(['x', 'K']) + COLUMNS(['x', 'K']) FROM s.a

SELECT COLUMNS(lambda c: c >= 'k' AND c < 'u') FROM s.a

SELECT COLUMNS(a.*), COLUMNS(b.* EXCLUDE (k, z)) FROM s.a a LEFT JOIN s.b b USING (k)

SELECT COLUMNS(* EXCLUDE (a.k, b.z)) IS NULL FROM s.a a FULL JOIN s.b b USING (k)

SELECT coalesce(*COLUMNS('^[kx]$'), -1) AS first_of, [*COLUMNS('^[kx]$')] AS l, struct_pack(*COLUMNS('^[kx]$')) AS s FROM s.a

SELECT * LIKE '_' FROM s.a

SELECT * EXCLUDE (g) NOT LIKE 't' FROM s.a

SELECT a.* SIMILAR TO '[kg]' FROM s.a a JOIN s.b b ON a.k = b.k

SELECT COLUMNS('[kx]'), count(*) AS n FROM s.a GROUP BY ALL

SELECT k, x FROM s.a WHERE COLUMNS('^[kx]$') > 1

SELECT k, x FROM s.a WHERE COLUMNS(*) IS NOT NULL AND g <> 'a'

SELECT k, sum(COLUMNS('x')) OVER (PARTITION BY k ORDER BY t ROWS 2 PRECEDING) FROM s.a

SELECT info.*, k FROM (SELECT k, {'x': x, 'g': g} AS info FROM s.a)

SELECT info.* EXCLUDE (x) RENAME (g AS h), row_number() OVER (PARTITION BY k ORDER BY t) AS n FROM (SELECT k, t, {'x': x, 'g': g} AS info FROM s.a)

SELECT a FROM s.a

SELECT a.k, b, to_json(b) AS j FROM ra a LEFT JOIN rb b USING (k)

SELECT k, list(a ORDER BY t) AS l, count(DISTINCT a) AS n FROM s.a GROUP BY k

SELECT 1 AS a, a.k, a AS r FROM s.a WHERE a IS NOT NULL

SELECT a AS r, row_number() OVER (PARTITION BY k ORDER BY t) AS n FROM s.a

SELECT struct_pack(b.k, a.x) AS s FROM s.a a JOIN s.b b ON a.x = b.k

WITH c AS (SELECT max(COLUMNS('x|z')), k FROM s.a GROUP BY ALL) SELECT l.*, r.* RENAME (k AS k2, x AS x2, z AS z2) FROM c l JOIN c r ON l.k = r.x
