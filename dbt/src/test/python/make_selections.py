"""Asks dbt what it selects of the test project `shop`, and writes what it says beside the project.

usage: python make_selections.py    (needs dbt-core 1.10 and dbt-duckdb)

Each line of selections.txt is a selection: the arguments of `dbt ls`. The results are
../resources/dev/millrace/dbt/shop.selections.json: for each line the names that dbt prints, and
../resources/dev/millrace/dbt/shop.nodes.json: what dbt's manifest.json says of each node.
"""
import contextlib
import io
import json
import os
import pathlib
import shlex
import shutil
import sys
import tempfile

from dbt.cli.main import dbtRunner

HERE = pathlib.Path(__file__).parent
RESOURCES = HERE.parent / "resources/dev/millrace/dbt"
KEYS = (
    "unique_id resource_type name package_name path original_file_path fqn tags meta description"
    " schema alias identifier relation_name config unrendered_config depends_on refs sources"
    " test_metadata column_name columns group access version latest_version source_name"
    " source_description loader loaded_at_field freshness raw_code owner maturity url type"
    " attached_node constraints given expect model language"
).split()
# What dbt adds to a configuration from one minor version to the next.
UNSTABLE = {"static_analysis", "sync"}


def clean(value):
    if isinstance(value, dict):
        return {k: clean(v) for k, v in sorted(value.items()) if k not in UNSTABLE}
    return [clean(v) for v in value] if isinstance(value, list) else value


def run(runner, arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        result = runner.invoke(["--quiet", *arguments, "--profiles-dir", "."])
    if not result.success and result.exception:
        sys.exit(f"{arguments}: {result.exception}\n{out.getvalue()}")
    return result.result


def change(project):
    """What is different in the project that `state:` compares with."""
    (project / "models/marts/customers.sql").write_text("select 1 as id\n")
    (project / "models/versions/prices_next.sql").unlink()
    file = project / "models/versions/prices.yml"
    file.write_text(file.read_text().split("      - v: 3")[0] + "\n")
    file = project / "dbt_project.yml"
    file.write_text(file.read_text().replace("+materialized: view\n      +tags: [staging]", "+tags: [staging]"))
    file = project / "packages/tools/macros/tests.sql"
    file.write_text(file.read_text().replace("select 1 where", "select 2 where"))
    (project / "seeds/countries.csv").write_text("code,name\nfr,France\n")
    file = project / "models/staging/sources.yml"
    file.write_text(file.read_text().replace("count: 12", "count: 13"))
    file = project / "models/marts/marts.yml"
    file.write_text(file.read_text().replace("maturity: high", "maturity: low"))


def main():
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    with tempfile.TemporaryDirectory() as folder:
        before, now = pathlib.Path(folder) / "before", pathlib.Path(folder) / "now"
        runner = dbtRunner()
        for project in before, now:
            shutil.copytree(RESOURCES / "shop", project)
            if project == before:
                change(project)
            os.chdir(project)
            run(runner, ["deps"])
            parsed = run(runner, ["parse"])
        runner = dbtRunner(manifest=parsed)
        manifest = json.loads((now / "target/manifest.json").read_text())
        nodes = {}
        for section in "nodes", "sources", "exposures", "unit_tests":
            for key, node in manifest[section].items():
                nodes[key] = {k: clean(node[k]) for k in KEYS if k in node}
        write("shop.nodes.json", dict(sorted(nodes.items())))
        selections = {}
        for line in (HERE / "selections.txt").read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                arguments = shlex.split(line)
                if "state:" in line:
                    arguments += ["--state", str(before / "target")]
                selections[line] = sorted(run(runner, ["ls", *arguments]) or [])
        write("shop.selections.json", selections)


def write(name, value):
    (RESOURCES / name).write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    main()
