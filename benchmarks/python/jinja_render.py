"""Renders templates with Jinja2, compiled once and warm.

usage: python jinja_render.py <cases> <milliseconds for each> <cases that are comparable>    (needs jinja2)

Prints a mark for each case: nanoseconds of processor time of one rendering. Cases that change their variables, so
that a second rendering gives another text, are left out; the others are written with the text that they give.
"""
import copy
import json
import sys
import time

import jinja2

WARM_ROUNDS = 20


def compiled(case):
    options = {**case.get("options", {})}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(case.get("templates", {})),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        **options,
    )
    return environment.from_string(case["template"])


def measure(template, context, nanos):
    begun, renderings, used = time.thread_time_ns(), 0, 0
    while used < nanos:
        for _ in range(10):
            template.render(context)
        renderings += 10
        used = time.thread_time_ns() - begun
    return used / renderings


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    nanos = int(sys.argv[2]) * 1_000_000
    kept = []
    for case in cases:
        template = compiled(case)
        before = copy.deepcopy(case["context"])
        try:
            texts = {template.render(case["context"]) for _ in range(3)}
        except Exception:  # noqa: BLE001 - it has changed its variables
            continue
        expected = case.get("expected", min(texts))
        if texts == {expected} and case["context"] == before:
            kept.append((template, {**case, "expected": expected}))
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        json.dump([case for _, case in kept], file)
    for _ in range(WARM_ROUNDS):
        for template, case in kept:
            template.render(case["context"])
    for number, (template, case) in enumerate(kept):
        print(f"@case-{number}", measure(template, case["context"], nanos))


main()
