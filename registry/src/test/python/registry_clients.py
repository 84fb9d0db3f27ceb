"""Confluent's own clients against the embedded registry, in a project that reads what they write.

usage: registry_clients.py <launcher>
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

LIMIT = 180
DAY = 1_767_225_600_000
passed = 0


def check(what, found, expected):
    global passed
    if found != expected:
        raise SystemExit(f"check: {what}: expected {expected!r}, found {found!r}")
    passed += 1


def refused(what, code, call):
    try:
        call()
    except SchemaRegistryError as e:
        check(what, e.error_code, code)
        return str(e)
    raise SystemExit(f"check: {what} was not refused")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, question, expected):
    """Asks again until the answer is the expected one."""
    deadline = time.monotonic() + LIMIT
    found = None
    while time.monotonic() < deadline:
        try:
            found = question()
            if found == expected:
                return check(what, found, expected)
        except Exception as e:  # the clients raise what their HTTP libraries do
            found = e
        time.sleep(0.5)
    raise SystemExit(f"check: {what}: expected {expected!r}, found {found!r}")


class Project:
    def __init__(self, launcher, folder):
        self.launcher = launcher
        self.folder = folder
        self.port = free_port()
        self.write(
            "millrace.yml",
            "name: clients\ntargets:\n  dev:\n    kafka: embedded\n"
            f"    schema_registry: {{embedded: true, port: {self.port}}}\n",
        )
        stream = """
      - name: {0}
        topic: {0}
        format: {1}
        event_time: happened_at
        columns:
          - {{name: id, type: BIGINT}}
          - {{name: happened_at, type: TIMESTAMPTZ}}
          - {{name: name, type: VARCHAR}}
"""
        self.write(
            "sources/s.yml",
            "sources:\n  - name: s\n    streams:"
            + stream.format("people", "avro")
            + stream.format("things", "json_schema"),
        )
        for name in ("people", "things"):
            self.write(
                f"models/{name}_rows.sql",
                "{{ config(materialized='stream') }}\n"
                f"SELECT id, happened_at, name FROM {{{{ source('s', '{name}') }}}}\n",
            )
        self.process = None

    def write(self, file, text):
        path = os.path.join(self.folder, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    def start(self):
        self.process = subprocess.Popen(
            [self.launcher, "run", self.folder],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kafka(self):
        with open(os.path.join(self.folder, ".millrace", "ports")) as f:
            ports = dict(line.strip().split("=") for line in f if "=" in line)
        return "127.0.0.1:" + ports["kafka"]

    def rows(self, table):
        answer = subprocess.run(
            [self.launcher, "sql", self.folder, f"SELECT id, name FROM {table} ORDER BY id", "--format", "json"],
            capture_output=True,
            text=True,
        )
        if answer.returncode != 0:
            raise RuntimeError(answer.stderr)
        return [(row["id"], row["name"]) for row in json.loads(answer.stdout)]


PERSON = {
    "type": "record",
    "name": "Person",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "happened_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    ],
}
NAMED = json.loads(json.dumps(PERSON))
NAMED["fields"].append({"name": "name", "type": ["null", "string"], "default": None})
AGED = json.loads(json.dumps(PERSON))
AGED["fields"].append({"name": "age", "type": "int"})
THING = {
    "title": "Thing",
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "happened_at": {"type": "string"},
        "name": {"type": "string"},
    },
    "additionalProperties": False,
}


def send(project, topic, values, serializer):
    producer = Producer({"bootstrap.servers": project.kafka()})
    context = SerializationContext(topic, MessageField.VALUE)
    for value in values:
        producer.produce(topic, serializer(value, context))
    producer.flush()


def read(project, topic, count, deserializer):
    consumer = Consumer(
        {
            "bootstrap.servers": project.kafka(),
            "group.id": "check-" + topic,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([topic])
    context = SerializationContext(topic, MessageField.VALUE)
    values = []
    deadline = time.monotonic() + LIMIT
    while len(values) < count and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            values.append(deserializer(message.value(), context))
    consumer.close()
    return values


def main(launcher):
    with tempfile.TemporaryDirectory() as folder:
        project = Project(launcher, folder)
        project.start()
        try:
            use(project)
        finally:
            project.kill()
    print(f"{passed} passed, 0 failed")


def use(project):
    registry = SchemaRegistryClient({"url": f"http://127.0.0.1:{project.port}"})
    until("there are no subjects yet", registry.get_subjects, [])

    old = AvroSerializer(registry, json.dumps(PERSON))
    send(project, "people", [{"id": 1, "happened_at": DAY}], old)
    until("the project reads the first", lambda: project.rows("people_rows"), [(1, None)])
    new = AvroSerializer(registry, json.dumps(NAMED))
    send(project, "people", [{"id": 2, "happened_at": DAY + 1, "name": "Ada"}], new)
    until(
        "the project reads both", lambda: project.rows("people_rows"), [(1, None), (2, "Ada")]
    )
    values = read(project, "people", 2, AvroDeserializer(registry, json.dumps(NAMED)))
    check("their reader reads both", [(v["id"], v["name"]) for v in values], [(1, None), (2, "Ada")])

    message = refused(
        "an incompatible schema",
        409,
        lambda: registry.register_schema("people-value", Schema(json.dumps(AGED), "AVRO")),
    )
    check("it says why", "READER_FIELD_MISSING_DEFAULT_VALUE" in message, True)
    check("versions", registry.get_versions("people-value"), [1, 2])
    latest = registry.get_latest_version("people-value")
    check("the newest version", latest.version, 2)
    check("by its id", json.loads(registry.get_schema(latest.schema_id).schema_str), NAMED)
    check(
        "compatibility",
        registry.test_compatibility("people-value", Schema(json.dumps(AGED), "AVRO")),
        False,
    )
    registry.set_compatibility("people-value", "FORWARD")
    check("the level", registry.get_compatibility("people-value"), "FORWARD")
    refused("no such subject", 40401, lambda: registry.get_versions("nobody"))
    refused("no such version", 40402, lambda: registry.get_version("people-value", 9))
    refused("no such id", 40403, lambda: registry.get_schema(99_999))

    things = JSONSerializer(json.dumps(THING), registry)
    send(project, "things", [{"id": 7, "happened_at": "2026-01-01T00:00:00Z", "name": "cup"}], things)
    until("the project reads JSON", lambda: project.rows("things_rows"), [(7, "cup")])
    values = read(project, "things", 1, JSONDeserializer(json.dumps(THING)))
    check("their reader reads JSON", [v["name"] for v in values], ["cup"])

    city = Schema(
        json.dumps({"type": "record", "name": "City", "fields": [{"name": "n", "type": "string"}]}),
        "AVRO",
    )
    registry.register_schema("city", city)
    home = Schema(
        json.dumps({"type": "record", "name": "Home", "fields": [{"name": "c", "type": "City"}]}),
        "AVRO",
        [SchemaReference("City", "city", 1)],
    )
    registered = registry.register_schema("home", home)
    check("references", registry.get_schema(registered).references[0].subject, "city")
    refused("deleting what is referred to", 42206, lambda: registry.delete_subject("city"))

    project.kill()
    project.start()
    again = SchemaRegistryClient({"url": f"http://127.0.0.1:{project.port}"})
    until(
        "after kill -9 every subject is there",
        lambda: sorted(again.get_subjects()),
        ["city", "home", "people-value", "things-value"],
    )
    check("with its id", again.get_latest_version("people-value").schema_id, latest.schema_id)
    check("and its level", again.get_compatibility("people-value"), "FORWARD")
    check("the same schema has its id", again.register_schema("home", home), registered)
    check("deletion", again.delete_subject("home"), [1])
    refused("it is deleted", 40401, lambda: again.get_versions("home"))
    until(
        "the project has its rows", lambda: project.rows("people_rows"), [(1, None), (2, "Ada")]
    )


main(sys.argv[1])
