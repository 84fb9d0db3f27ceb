SELECT a.k, a.x, m.name FROM s.a a JOIN (VALUES (1, 'one'), (2, 'two'), (2, 'zwei'), (NULL, 'none')) m(k, name) ON a.k = m.k

SELECT a.k, a.v, m.name FROM ra a LEFT JOIN (VALUES (1, 'one'), (2.5, 'two')) m(k, name) ON a.k <= m.k

SELECT m.name, a.v FROM (VALUES (1, 'one'), (2, 'two')) m(k, name) LEFT JOIN ra a ON a.k = m.k

SELECT m.name, a.v FROM ra a FULL JOIN (VALUES (1, 'one'), (2, 'two')) m(k, name) ON a.k = m.k

SELECT m.name, count(a.v) AS n FROM (VALUES (1, 'one'), (2, 'two')) m(k, name) JOIN ra a ON a.k = m.k GROUP BY m.name

SELECT k, v FROM ra WHERE k NOT IN (VALUES (1), (2)) AND EXISTS (SELECT 1)

SELECT k, v, k IN (FROM (VALUES (1), (NULL)) t(x)) AS there FROM ra

SELECT k, v FROM ra UNION ALL SELECT 0, 100 UNION ALL VALUES (7, 8), (9, NULL)

SELECT k, v, one, (SELECT 'x') AS x FROM ra, (SELECT 1 AS one) c

SELECT 1 AS one, 'a' AS a FROM ra

SELECT k FROM ra EXCEPT VALUES (1), (2)

SELECT c.k, r.v FROM (SELECT unnest AS k FROM (VALUES (1), (2), (3)) u(unnest)) c LEFT JOIN ra r USING (k)

SELECT a.k, a.x, l.y FROM s.a a, LATERAL (SELECT b.y, b.s FROM s.b b WHERE b.k = a.k AND b.y > a.x) l

SELECT a.k, a.x, l.y FROM s.a a LEFT JOIN LATERAL (SELECT b.y FROM s.b b WHERE b.k = a.k AND b.y > 1) l ON l.y <> a.x

SELECT a.k, a.v, l.n, l.top FROM ra a, (SELECT count(*) AS n, max(b.y) AS top FROM s.b b WHERE b.k = a.k) l

SELECT a.k, a.v, l.n FROM ra a LEFT JOIN LATERAL (SELECT count(*) AS n FROM rb b WHERE b.v = a.v AND b.k > 1) l ON true

SELECT a.k, a.v, l.n FROM ra a JOIN LATERAL (SELECT count(*) AS n FROM rb b WHERE b.v = a.v) l ON l.n = a.k WHERE l.n < 3

SELECT a.k, l.h, l.n FROM ra a, LATERAL (SELECT h, count(*) AS n FROM s.b b WHERE b.k = a.k GROUP BY h) l

SELECT a.k, l.y, m.n FROM s.a a, LATERAL (SELECT y FROM s.b b WHERE b.k = a.k) l, LATERAL (SELECT count(*) AS n FROM rb WHERE rb.v = l.y) m

SELECT a.k, a.x FROM s.a a WHERE EXISTS (SELECT 1 FROM rb LEFT JOIN s.b b ON b.k = rb.k WHERE rb.k = a.k AND b.y IS NULL)

SELECT a.k, a.x FROM s.a a WHERE EXISTS (SELECT 1 FROM (SELECT * FROM rb WHERE rb.k = a.k) b JOIN s.b c ON c.k = b.k AND c.y > a.x)

SELECT count(*) AS n, sum(one) AS ones FROM (SELECT 1 AS one UNION ALL SELECT k FROM ra) u
