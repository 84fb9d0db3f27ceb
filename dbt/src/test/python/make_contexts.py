"""Renders the cases of contexts.txt with dbt and DuckDB and writes what came out beside them.

usage: python make_contexts.py [path of the dbt command]    (needs dbt-core 1.10 and dbt-duckdb)

A case is a line `### name` and the template after it, which is compiled as an analysis of a project
`shop` after its table `orders` and view `recent` were built. Errors are kept as `"error": true`.
The result is ../resources/dev/millrace/dbt/contexts.json; templates that are in it already are not
rendered again unless the file is removed, as that takes minutes.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
RESULT = HERE.parent / "resources/dev/millrace/dbt/contexts.json"
FILES = {
    "dbt_project.yml": """
name: shop
version: "1.0"
profile: shop
flags: {send_anonymous_usage_stats: false}
vars: {days: 3, names: [a, b], nested: {k: v}, templated: "{{ 1 + 2 }}"}
models:
  shop:
    orders: {+materialized: table, +meta: {owner: me}}
""",
    "profiles.yml": """
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: memory.duckdb, schema: main, threads: 1}
""",
    "models/orders.sql": """
select 1 as id, 12.50::decimal(10,2) as amount, 'ann' as name, timestamp '2026-01-02 03:04:05' as at,
  date '2026-01-02' as day, true as paid, 1.5::double as rate, [1, 2] as tags
union all
select 2, 7, null, timestamp '2026-01-03 00:00:00.25', date '2026-01-03', false, 2, []
""",
    "models/recent.sql": "select * from {{ ref('orders') }} where id > 1",
    "models/hidden.sql": "{{ config(materialized='ephemeral') }} select 1 as one",
    "models/schema.yml": """
models:
  - name: orders
    description: all orders
    columns:
      - {name: id, description: its number, data_type: integer, meta: {key: true}}
sources:
  - name: raw
    schema: main
    tables: [{name: items}]
""",
    "macros/own.sql": """
{% macro greet(name='you', times=1) %}hello {{ name }}{{ '!' * times }}{% endmacro %}
{% macro pair() %}{{ return({'a': 1, 'b': [1, 2]}) }}{% endmacro %}
{% macro wrap() %}<{{ caller() }}>{% endmacro %}
{% macro shout(x) %}{{ return(adapter.dispatch('shout')(x)) }}{% endmacro %}
{% macro default__shout(x) %}default {{ x }}{% endmacro %}
{% macro duckdb__shout(x) %}duckdb {{ x }}{% endmacro %}
{% macro default__concat(fields) %}my_concat({{ fields | join(', ') }}){% endmacro %}
{% macro outer(x) %}[{{ greet(x) }}]{% endmacro %}
{% macro never_called() %}{{ nobody.knows | no_such_filter }}{% endmacro %}
""",
}


def cases():
    parts = re.split(r"^### (.*)\n", (HERE / "contexts.txt").read_text(), flags=re.M)
    return [(parts[i], parts[i + 1].strip("\n")) for i in range(1, len(parts), 2)]


def run(dbt, folder, *command):
    subprocess.run(
        [dbt, "--quiet", *command, "--profiles-dir", ".", "--target-path", "target"],
        cwd=folder,
        capture_output=True,
    )


def main():
    dbt = sys.argv[1] if len(sys.argv) > 1 else "dbt"
    found = cases()
    known = {c["template"]: c for c in json.loads(RESULT.read_text())} if RESULT.exists() else {}
    for title, template in found:
        known.setdefault(template, None)
    wanted = [i for i, case in enumerate(found) if known[case[1]] is None]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path, text in FILES.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        run(dbt, folder, "run")
        (folder / "analyses").mkdir()
        for i in wanted:
            # Each by itself: one that does not parse hides all others.
            path = folder / f"analyses/case_{i}.sql"
            path.write_text(found[i][1] + "\n")
            run(dbt, folder, "compile", "--select", f"case_{i}")
            path.unlink()
        results = []
        for i, (title, template) in enumerate(found):
            case = {"name": title, "template": template}
            path = folder / f"target/compiled/shop/analyses/case_{i}.sql"
            if i not in wanted:
                case = {**known[template], "name": title}
            elif path.exists():
                case["text"] = path.read_text().rstrip("\n")
            else:
                case["error"] = True
            results.append(case)
    RESULT.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    print(len(results), "cases,", sum("error" in case for case in results), "errors")


main()
