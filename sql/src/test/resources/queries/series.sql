SELECT r.x, a.k, a.x AS y FROM range(4) r(x) LEFT JOIN s.a a ON a.k = r.x

SELECT d.day, count(a.t) AS n FROM generate_series(TIMESTAMPTZ '2026-11-21 09:59:00', TIMESTAMPTZ '2026-11-21 10:02:00', INTERVAL 20 SECOND) d(day) LEFT JOIN s.a a ON a.t >= d.day AND a.t < d.day + INTERVAL 20 SECOND GROUP BY d.day

SELECT * FROM ra, range(5, 0, -2) WITH ORDINALITY r

SELECT r.range, r.r, range AS z, v FROM ra JOIN range(3) r ON k = r

SELECT x, o FROM ra a JOIN generate_series(1, 3) WITH ORDINALITY AS g(x, o) ON x = a.k OR o = a.v

SELECT k, v FROM ra WHERE k IN (FROM range(2)) OR v NOT IN (SELECT generate_series FROM generate_series(0, 6))

SELECT a.k, a.x, r.n FROM s.a a, generate_series(1, a.x) r(n)

SELECT * FROM ra a LEFT JOIN LATERAL range(a.k, a.v::INTEGER) WITH ORDINALITY AS r ON true

SELECT k, h FROM s.a, range(t, t + INTERVAL 3 HOUR, INTERVAL 1 HOUR) AS r(h) WHERE x > 1

SELECT u.x, a.v FROM unnest([1, 2, 2, NULL]) u(x) LEFT JOIN ra a ON a.k = u.x

SELECT range AS k, (SELECT count(*) FROM ra WHERE ra.k = range::INTEGER) AS n FROM range(3), s.b WHERE y = range

SELECT k, v FROM ra UNION ALL SELECT range, 1 FROM range(2)

SELECT k, r.x FROM ra, range(0) r(x)

SELECT e, e.unnest AS u FROM s.a, unnest([k, x]) e
