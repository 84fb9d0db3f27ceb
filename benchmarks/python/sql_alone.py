"""Runs SQL in DuckDB and nothing else: transactions one after the other in one session.

usage: python sql_alone.py <transactions as JSON> <database file>    (needs duckdb)

Prints what the SQL alone took.
"""
import json
import sys
import time

import duckdb

with open(sys.argv[1], encoding="utf-8") as file:
    transactions = json.load(file)
with duckdb.connect(sys.argv[2]) as connection:
    cpu, begun = time.process_time(), time.perf_counter()
    for transaction in transactions:
        if len(transaction) == 1:
            connection.execute(transaction[0]).fetchall()
            continue
        connection.execute("BEGIN TRANSACTION")
        for sql in transaction:
            connection.execute(sql).fetchall()
        connection.execute("COMMIT")
    print("@seconds", time.perf_counter() - begun)
    print("@cpu-seconds", time.process_time() - cpu)
