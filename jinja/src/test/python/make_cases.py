"""Renders every case of cases/*.txt with Python's Jinja2 and writes what came out beside it.

usage: python make_cases.py    (needs jinja2 3.1 and Python 3.11 or newer)

A file holds cases one after the other:

    ### name of the case
    options: {"trim_blocks": true}          settings of the environment (optional)
    context: {"x": [1, 2]}                  variables, as JSON (optional)
    template other.html: one line           another template, as a JSON string (optional, repeated)
    ---
    the template

The result is ../resources/cases/<file>.json. Where Python raises, the case expects the error.
"""
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


def run(case):
    try:
        env = environment(case)
        template = env.from_string(case["template"])
        case["expected"] = template.render(**case.get("context", {}))
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
        case["error"] = error
    return case


def main():
    assert jinja2.__version__.startswith("3.1"), jinja2.__version__
    out = HERE.parent / "resources" / "cases"
    for source in sorted((HERE / "cases").glob("*.txt")):
        cases = [run(case) for case in parse(source.read_text())]
        target = out / (source.stem + ".json")
        target.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
        errors = sum("error" in case for case in cases)
        print(f"{target.name}: {len(cases)} cases, {errors} of them errors", file=sys.stderr)


if __name__ == "__main__":
    main()
