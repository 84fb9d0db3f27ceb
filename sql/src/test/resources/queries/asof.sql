SELECT a.k, a.x, a.t, b.y, b.s FROM s.a a ASOF JOIN s.b b ON a.k = b.k AND a.t >= b.s

SELECT a.k, a.x, a.t, b.y, b.s FROM s.a a ASOF LEFT JOIN s.b b ON a.k = b.k AND a.t > b.s

SELECT a.k, a.v, b.y, b.s FROM ra a ASOF LEFT JOIN s.b b ON a.k = b.k AND b.s >= a.t

SELECT a.k, a.x, b.v, b.s FROM s.a a ASOF LEFT JOIN rb b ON a.t >= b.s

SELECT k, a.t, b.v FROM ra a ASOF JOIN (SELECT k, s AS t, v FROM rb) b USING (k, t)

SELECT a.k, count(*) AS n, sum(b.y) AS y FROM s.a a ASOF LEFT JOIN s.b b ON a.k = b.k AND a.t >= b.s + INTERVAL 5 SECOND GROUP BY a.k

SELECT a.k, a.x, b.y, b.s FROM s.a a ASOF LEFT JOIN s.b b ON a.k = b.k AND a.g = 'a' AND b.h = 'b' AND a.t >= b.s

SELECT a.k, a.x, b.y, b.s FROM s.a a ASOF JOIN s.b b ON a.x = a.k AND b.s <= a.t
