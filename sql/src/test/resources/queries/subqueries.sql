SELECT k, x FROM s.a WHERE k IN (SELECT k FROM s.b WHERE y > 1)

SELECT k, x FROM s.a WHERE x NOT IN (SELECT y FROM s.b WHERE y IS NOT NULL)

SELECT k, x FROM s.a WHERE x NOT IN (SELECT y FROM s.b WHERE k = 3)

SELECT k, x FROM s.a WHERE x IS NOT NULL AND x NOT IN (SELECT v FROM rb WHERE v > 1)

SELECT k, x FROM s.a WHERE x NOT IN (SELECT y FROM s.b WHERE s.b.k = s.a.k)

SELECT k, v FROM ra WHERE v NOT IN (SELECT v FROM rb WHERE rb.k < ra.k)

SELECT k, v FROM ra WHERE v IN (SELECT v FROM rb)

SELECT k, v FROM ra WHERE EXISTS (SELECT 1 FROM rb WHERE rb.k = ra.k AND rb.v > ra.v)

SELECT k, v FROM ra WHERE NOT EXISTS (SELECT * FROM rb WHERE rb.k = ra.k)

SELECT k, v FROM ra WHERE NOT EXISTS (FROM s.b WHERE y > 3)

SELECT k, v FROM ra WHERE EXISTS (SELECT 1 FROM rb HAVING max(v) > 5)

SELECT k, x FROM s.a a WHERE EXISTS (SELECT 1 FROM s.b b JOIN rb c ON b.y = c.v WHERE b.k = a.k AND c.k <> a.x)

SELECT k, x FROM s.a a WHERE k IN (SELECT b.k FROM s.b b WHERE b.s BETWEEN a.t AND a.t + INTERVAL 20 SECOND)

SELECT k, x FROM s.a WHERE x = 2 OR k IN (SELECT k FROM rb WHERE v > 2)

SELECT k, x, k IN (SELECT k FROM rb) AS there, x NOT IN (SELECT v FROM rb) AS gone FROM s.a

SELECT k, x, x IN (SELECT v FROM rb WHERE rb.k = s.a.k) AS there FROM s.a

SELECT k, EXISTS (FROM rb WHERE rb.k = ra.k) AS there, NOT EXISTS (FROM rb WHERE rb.v > 8) AS low FROM ra

SELECT k, x FROM s.a WHERE x > ALL (SELECT v FROM rb WHERE v < 3)

SELECT k, x FROM s.a WHERE x >= ANY (SELECT v FROM rb)

SELECT k, v, v < ANY (SELECT x FROM s.a) AS low, v <> ALL (SELECT v FROM rb) AS other FROM ra

SELECT k, x, (SELECT max(y) FROM s.b) AS top FROM s.a

SELECT k, x FROM s.a WHERE x > (SELECT avg(v) FROM rb)

SELECT k, x, (SELECT count(*) FROM s.b WHERE s.b.k = s.a.k) AS n, (SELECT sum(y) FROM s.b WHERE b.k = a.k AND y > 1) AS y FROM s.a

SELECT k, v, (SELECT coalesce(sum(y), -1) + count(*) FROM s.b b WHERE b.k = ra.k) AS n FROM ra

SELECT k, v FROM ra WHERE v > (SELECT avg(v) FROM rb WHERE rb.k = ra.k) OR (SELECT count(*) FROM rb WHERE rb.k = ra.k) = 0

SELECT k, v, (SELECT v FROM rb WHERE rb.k = ra.k) AS w FROM ra

SELECT k, v, (SELECT rb.v FROM rb WHERE rb.k = ra.k % 3) + 1 AS w FROM ra

SELECT k, v, (SELECT max(y) FROM s.b b WHERE b.k = ra.k HAVING count(*) > 1) AS w FROM ra

SELECT k, sum(x) AS x, (SELECT max(v) FROM rb) AS top FROM s.a GROUP BY k HAVING sum(x) > (SELECT min(v) FROM rb)

SELECT k, count(*) AS n, (SELECT count(*) FROM s.b WHERE s.b.k = s.a.k) AS m FROM s.a GROUP BY k

SELECT k, sum((SELECT count(*) FROM rb WHERE rb.k = s.a.x)) AS n FROM s.a WHERE x IN (SELECT k FROM rb) GROUP BY k

SELECT k, x FROM s.a WHERE k IN (SELECT k FROM s.b WHERE y IN (SELECT v FROM ra))

SELECT k, x FROM s.a WHERE (SELECT max(v) FROM rb) IN (SELECT v FROM ra)

SELECT DISTINCT (SELECT count(*) FROM rb WHERE rb.v = ra.v) AS n FROM ra

SELECT k, v FROM ra WHERE k IN (SELECT max(k) FROM rb WHERE rb.v = ra.v) AND EXISTS (SELECT max(v) FROM rb WHERE rb.k = ra.k)

SELECT k, v FROM ra WHERE k NOT IN (SELECT max(k) FROM rb WHERE rb.v = ra.v)

WITH c AS (SELECT k, max(y) AS top FROM s.b GROUP BY k) SELECT k, x FROM s.a WHERE x = (SELECT max(top) FROM c) OR k IN (SELECT k FROM c WHERE top < 3)

SELECT a.k, a.x, b.v FROM s.a a LEFT JOIN rb b ON a.k = b.k WHERE a.x IN (SELECT v FROM ra) AND b.v IS NOT NULL

SELECT k, x, (SELECT sum((SELECT max(y) FROM s.b c WHERE c.k = b.k)) FROM s.b b WHERE b.k = a.x) AS n FROM s.a a

SELECT o.k, (SELECT sum(z.n) FROM (SELECT k FROM ra q WHERE q.v = o.x) r, LATERAL (SELECT count(*) AS n FROM s.b b WHERE b.k = r.k) z) AS n FROM s.a o
