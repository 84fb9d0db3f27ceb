SELECT a.k, a.x, b.y, b.s FROM s.a a JOIN s.b b ON (a.k, a.x) = (b.k, b.y)

SELECT a.k, a.x, b.y, b.s FROM s.a a LEFT JOIN s.b b ON (a.k, a.g) = (b.k, b.h) AND b.y > 1

SELECT a.k, a.v, b.v AS w FROM ra a FULL JOIN rb b ON (a.k, a.v) = (b.k, b.v)

SELECT a.k, a.z, b.h FROM s.a a, s.b b WHERE ROW(a.z, (a.k, a.g)) = (b.z, (b.k, b.h))

SELECT a.k, a.x FROM s.a a ANTI JOIN s.b b ON (a.k, a.x) IN ((b.k, b.y))

SELECT k, x FROM s.a WHERE (k, x) IN ((1, 2), (3, NULL), (2, 2)) OR (k, g) = (0, 'a')

SELECT k, x FROM s.a a WHERE EXISTS (SELECT 1 FROM s.b b WHERE (a.k, a.g) = (b.k, b.h))

SELECT k, v FROM ra WHERE (k, v) IN (SELECT k, v FROM rb)

SELECT k, x FROM s.a a WHERE (k, x) IN (SELECT k, y FROM s.b b WHERE y > 0) AND z > 0

SELECT k, v FROM ra WHERE (k, v) IN (SELECT k, count(*) FROM s.b GROUP BY k)

SELECT a.k, a.x, b.h FROM s.a a ASOF LEFT JOIN s.b b ON (a.k, a.g) = (b.k, b.h) AND a.t >= b.s

SELECT k, x FROM s.a WHERE (k, x) < (2, 3) OR (k, x) <> (1, 1)
