SELECT * FROM {{ ref('fact_sessions') }} WHERE seconds < 0 OR pages < songs OR ended_at < begun_at
