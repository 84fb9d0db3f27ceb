"""Parses a dbt project again and again in one process, all of it each time.

usage: python dbt_parse.py <project> <how often>    (needs dbt-core and dbt-duckdb)

Prints what the fastest time took.
"""
import os
import sys
import time

from dbt.cli.main import dbtRunner

project, times = sys.argv[1], int(sys.argv[2])
os.chdir(project)
seconds, cpu_seconds = [], []
for _ in range(times):
    cpu, begun = time.process_time(), time.perf_counter()
    result = dbtRunner().invoke(["--quiet", "--no-partial-parse", "parse", "--profiles-dir", project])
    if not result.success:
        sys.exit(f"dbt does not parse it: {result.exception}")
    seconds.append(time.perf_counter() - begun)
    cpu_seconds.append(time.process_time() - cpu)
print("@seconds", min(seconds))
print("@cpu-seconds", min(cpu_seconds))
