"""Renders every case of cases/*.txt with Python's Jinja2 and writes what came out beside it.

usage: python make_cases.py    (needs jinja2 3.1 and Python 3.11 or newer)

A file holds cases one after the other:

    ### name of the case
    options: {"trim_blocks": true}          settings of the environment (optional)
    context: {"x": [1, 2]}                  variables, as JSON (optional)
    template other.html: one line           another template, as a JSON string (optional, repeated)
    ---
    the template

A file cases/*.expr holds an expression on each line, with the variables of CONTEXT.

The result is ../resources/cases/<file>.json. Where Python raises, the case expects the error.
"""
import copy
import json
import pathlib
import re
import sys

import jinja2
import jinja2.ext
import jinja2.sandbox

HERE = pathlib.Path(__file__).parent
UNDEFINED = {
    "strict": jinja2.StrictUndefined,
    "chainable": jinja2.ChainableUndefined,
    "debug": jinja2.DebugUndefined,
}


# Messages that name functions inside Python, or places in it.
INSIDE_PYTHON = (
    r"do_\w+\(\)|\w+\.\w+\(\)|(test_|str)\w*\(\) (takes|got|missing)"
    r"|expected (at|\d)|at least|imported on line"
)
CONTEXT = {
    "s": "Hello World",
    "u": "h\u00e9llo \U0001f600 w\u00f6rld",
    "n": 42,
    "neg": -7,
    "f": 3.25,
    "big": 123456789012345678901234567890,
    "t": True,
    "none": None,
    "xs": [3, 1, 2],
    "ws": ["b", "A", "c", "a"],
    "d": {"b": 2, "a": 1, "items": "item"},
    "rows": [
        {"name": "x", "v": 2, "g": "A", "sub": {"k": 5}},
        {"name": "y", "v": 1, "g": "b", "sub": {"k": 4}},
        {"name": "z", "v": 3, "g": "a", "sub": {"k": 3}},
    ],
}


def parse_expressions(text):
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield {"name": line, "template": "{{ " + line + " }}"}


def parse(text):
    for part in re.split(r"^### ", text, flags=re.M)[1:]:
        head, template = re.split(r"^---\n", part, maxsplit=1, flags=re.M)
        name, *lines = head.splitlines()
        case = {"name": name.strip(), "template": template[:-1] if template.endswith("\n") else template}
        for line in lines:
            if not line.strip():
                continue
            key, value = line.split(": ", 1)
            if key.startswith("template "):
                case.setdefault("templates", {})[key[len("template "):]] = json.loads(value)
            else:
                case[key] = json.loads(value)
        yield case


def environment(case):
    options = dict(case.get("options", {}))
    undefined = options.pop("undefined", None)
    if undefined:
        options["undefined"] = UNDEFINED[undefined]
    env = jinja2.sandbox.SandboxedEnvironment(
        loader=jinja2.DictLoader(case.get("templates", {})),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        **options,
    )
    return env


def run(case, shared):
    try:
        env = environment(case)
        template = env.from_string(case["template"])
        case["expected"] = template.render(**copy.deepcopy(case.get("context", shared)))
    except Exception as e:  # noqa: BLE001 - every error is an expectation
        error = {"type": type(e).__name__, "message": str(e)}
        if isinstance(e, jinja2.TemplateSyntaxError):
            error["message"] = e.message
            error["line"] = e.lineno
        else:
            line = None
            tb = e.__traceback__
            while tb:
                if tb.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
                    line = tb.tb_lineno
                tb = tb.tb_next
            if line:
                error["line"] = line
        if case.pop("anyline", False):
            error.pop("line", None)  # ours is nearer to the fault than Python's
        if re.search(INSIDE_PYTHON, error["message"]) or "NotFound" in error["type"]:
            del error["message"]
        case["error"] = error
    return case


def main():
    assert jinja2.__version__.startswith("3.1"), jinja2.__version__
    for source in sorted((HERE / "cases").glob("*.txt")):
        write(source, [run(case, {}) for case in parse(source.read_text())], {})
    for source in sorted((HERE / "cases").glob("*.expr")):
        write(source, [run(case, CONTEXT) for case in parse_expressions(source.read_text())], CONTEXT)


def write(source, cases, shared):
    target = HERE.parent / "resources" / "cases" / (source.stem + ".json")
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    context = json.dumps(shared, ensure_ascii=False)
    target.write_text('{"context": ' + context + ',\n"cases": [\n' + lines + "\n]}\n")
    errors = sum("error" in case for case in cases)
    print(f"{target.name}: {len(cases)} cases, {errors} of them errors", file=sys.stderr)


if __name__ == "__main__":
    main()
