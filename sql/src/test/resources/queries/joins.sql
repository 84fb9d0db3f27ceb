SELECT a.k, a.x, a.t FROM s.a a SEMI JOIN s.b b ON a.k = b.k

SELECT a.k, a.x, a.t FROM s.a a ANTI JOIN s.b b ON a.k = b.k

SELECT * FROM s.a SEMI JOIN s.b USING (k)

SELECT a.k, a.x FROM s.a a ANTI JOIN s.b b ON a.k = b.k AND b.s BETWEEN a.t AND a.t + INTERVAL 30 SECOND

SELECT a.k, a.t FROM s.a a SEMI JOIN s.b b ON a.k = b.k AND b.s BETWEEN a.t - INTERVAL 10 SECOND AND a.t + INTERVAL 30 SECOND AND a.x < b.y

SELECT a.k, a.x, b.y, b.s FROM s.a a FULL JOIN s.b b ON a.k = b.k

SELECT a.k, a.x, b.k AS kb, b.y, b.s FROM s.a a FULL OUTER JOIN s.b b ON a.k = b.k AND b.s BETWEEN a.t - INTERVAL 10 SECOND AND a.t + INTERVAL 20 SECOND

SELECT a.k, a.x, b.k AS kb, b.y FROM s.a a FULL OUTER JOIN s.b b ON a.k = b.k AND a.x > 1 AND b.y < 3 AND a.x <> b.y

SELECT a.x, b.y FROM s.a a FULL OUTER JOIN s.b b ON a.z = b.z

SELECT a.k, a.v, b.v AS w FROM ra a FULL JOIN rb b ON a.k = b.k

SELECT * FROM ra FULL JOIN (SELECT k, v AS w FROM rb) USING (k)

SELECT k, ra.k AS l, rb.k AS r, ra.v + rb.v AS v FROM ra FULL JOIN rb USING (k)

SELECT * EXCLUDE (v) FROM ra NATURAL FULL JOIN (SELECT k, v FROM rb) b

SELECT k, ra.v, rb.v AS w FROM ra NATURAL JOIN (SELECT k, v FROM rb) rb

SELECT * EXCLUDE (v) FROM ra RIGHT JOIN (SELECT k, v AS w FROM rb) b USING (k)

SELECT k, ra.k AS l, b.k AS r, w FROM ra RIGHT JOIN (SELECT k, v AS w FROM rb) b USING (k)

SELECT k, x, y, c.v FROM s.a FULL JOIN s.b USING (k) FULL JOIN ra c USING (k)

SELECT * FROM ra SEMI JOIN rb ON ra.v = rb.v

SELECT * FROM ra ANTI JOIN rb ON ra.v = rb.v AND ra.k <> rb.k

SELECT a.k, a.v FROM ra a ANTI JOIN s.b b ON a.k = b.k AND b.y > a.v

SELECT a.k, a.x FROM s.a a ANTI JOIN rb b ON a.k = b.k AND b.v > a.x

SELECT a.k, a.x, b.v FROM s.a a LEFT JOIN rb b ON a.k = b.k AND b.v > a.x AND a.x <> 2

SELECT a.k, a.x, b.v FROM s.a a LEFT JOIN rb b ON a.k = b.k

SELECT a.x FROM s.a a LEFT JOIN rb b ON a.k = b.k

SELECT b.v, a.x FROM rb b RIGHT JOIN s.a a ON a.k = b.k WHERE a.x > 1

SELECT a.k, b.y FROM s.a a JOIN s.b b ON a.k IS NOT DISTINCT FROM b.k

SELECT a.k, b.v FROM ra a FULL JOIN rb b ON a.k IS NOT DISTINCT FROM b.k

SELECT a.k, a.x FROM s.a a ANTI JOIN s.b b ON a.k IS NOT DISTINCT FROM b.k AND a.x = b.y

SELECT a.x, b.y FROM s.a a, s.b b WHERE a.x < b.y

SELECT a.x, b.v FROM s.a a CROSS JOIN rb b WHERE a.x > 2

SELECT a.x, b.v FROM s.a a LEFT JOIN rb b ON a.x < b.v

SELECT a.x, b.v FROM s.a a FULL JOIN rb b ON a.x < b.v

SELECT a.x FROM s.a a SEMI JOIN rb b ON a.x < b.v

SELECT a.x FROM s.a a ANTI JOIN rb b ON a.x < b.v

SELECT a.x FROM s.a a ANTI JOIN s.b b ON a.k = b.k OR a.x = b.y

SELECT a.k, b.y FROM s.a a JOIN s.b b ON b.s BETWEEN a.t AND a.t + INTERVAL 10 SECOND

SELECT a.k, b.y FROM s.a a FULL JOIN s.b b ON b.s BETWEEN a.t AND a.t + INTERVAL 10 SECOND

SELECT a.x, m.top FROM s.a a, (SELECT max(v) AS top, count(*) AS n FROM rb) m WHERE a.x < m.top

SELECT a.x, m.n FROM s.a a CROSS JOIN (SELECT count(*) AS n FROM s.b) m

SELECT a.x, m.top FROM s.a a LEFT JOIN (SELECT max(v) AS top FROM rb HAVING count(*) > 2) m ON true

SELECT l.k, l.x, r.x AS other FROM s.a l JOIN s.a r ON l.k = r.k AND l.x < r.x

SELECT l.k, l.v, r.k AS other FROM ra l JOIN ra r ON l.v = r.v

SELECT l.k, l.v, r.k AS other FROM ra l FULL JOIN ra r ON l.v = r.k

SELECT l.k FROM ra l ANTI JOIN ra r ON l.v < r.v

SELECT a.x, b.y, c.v FROM s.a a, s.b b, ra c WHERE a.k = c.k AND b.k = c.k

SELECT a.x, b.y, c.v FROM s.a a LEFT JOIN s.b b ON a.k = b.k LEFT JOIN ra c ON b.y = c.v

SELECT a.x, b.y, c.v FROM s.a a JOIN (s.b b LEFT JOIN ra c ON b.y = c.v) ON a.k = b.k

SELECT a.x, b.y FROM s.a a FULL JOIN s.b b ON a.k = b.k ANTI JOIN ra c ON b.y = c.v

WITH c AS (SELECT k, count(*) AS n FROM s.a GROUP BY k) SELECT l.k, l.n, r.k AS other FROM c l JOIN c r ON l.n = r.n AND l.k < r.k

WITH c AS (SELECT k, x FROM s.a WHERE x > 0) SELECT k, x FROM c UNION ALL SELECT k, count(*) FROM c GROUP BY k

SELECT a.k, count(*) AS n, count(b.y) AS m, sum(b.y) AS y FROM s.a a FULL JOIN s.b b ON a.k = b.k AND a.x = b.y GROUP BY a.k

SELECT DISTINCT a.k, b.k AS l FROM s.a a FULL JOIN rb b ON a.x = b.v
