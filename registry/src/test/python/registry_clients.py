"""Confluent's own clients against the embedded registry, in a project that reads what they write.

usage: registry_clients.py <launcher>
"""

import base64
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
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

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
            + stream.format("things", "json_schema")
            + stream.format("orders", "protobuf"),
        )
        self.write(
            "sinks/copies.yml",
            "sinks:\n  - {name: copies, from: orders_rows, system: kafka, topic: shop.copies,"
            " mode: append, format: protobuf}\n",
        )
        for name in ("people", "things", "orders"):
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


def messages(*more):
    """The classes of shop.Order and shop.Item, of which Order has these fields more."""
    field = descriptor_pb2.FieldDescriptorProto
    item = descriptor_pb2.FileDescriptorProto(name="item.proto", package="shop", syntax="proto3")
    item.message_type.add(name="Item").field.add(
        name="sku", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL
    )
    order = descriptor_pb2.FileDescriptorProto(
        name="order.proto",
        package="shop",
        syntax="proto3",
        dependency=["google/protobuf/timestamp.proto", "item.proto"],
    )
    order.message_type.add(name="Other")
    fields = order.message_type.add(name="Order").field
    fields.add(name="id", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL)
    for name, number, kind, label in (
        ("happened_at", 2, ".google.protobuf.Timestamp", field.LABEL_OPTIONAL),
        ("items", 3, ".shop.Item", field.LABEL_REPEATED),
    ):
        fields.add(
            name=name, number=number, type=field.TYPE_MESSAGE, type_name=kind, label=label
        )
    for name, number, kind in more:
        fields.add(name=name, number=number, type=kind, label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    for file in (item, order):
        pool.Add(file)
    return [
        message_factory.GetMessageClass(pool.FindMessageTypeByName("shop." + name))
        for name in ("Order", "Item")
    ]


def order(classes, **values):
    made = classes[0](items=[classes[1](sku="cup")], **values)
    made.happened_at.seconds = DAY // 1000
    return made


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


TEXT = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
NUMBER = descriptor_pb2.FieldDescriptorProto.TYPE_INT32


def use_protobuf(project, registry):
    plain = {"use.deprecated.format": False}
    first = messages()
    send(project, "orders", [order(first, id=1)], ProtobufSerializer(first[0], registry, plain))
    until("the project reads Protobuf", lambda: project.rows("orders_rows"), [(1, None)])
    named = messages(("name", 4, TEXT))
    writer = ProtobufSerializer(named[0], registry, plain)
    send(project, "orders", [order(named, id=2, name="Ada")], writer)
    until("and both schemas", lambda: project.rows("orders_rows"), [(1, None), (2, "Ada")])
    values = read(project, "orders", 2, ProtobufDeserializer(named[0], plain))
    check(
        "their reader reads both",
        [(v.id, v.name, v.items[0].sku) for v in values],
        [(1, "", "cup"), (2, "Ada", "cup")],
    )
    retyped = messages(("name", 4, NUMBER))
    message = refused(
        "another type of a field",
        409,
        lambda: ProtobufSerializer(retyped[0], registry, plain)(
            order(retyped, id=3, name=3), SerializationContext("orders", MessageField.VALUE)
        ),
    )
    check("it says why", "FIELD_SCALAR_KIND_CHANGED" in message, True)
    check("versions of Protobuf", registry.get_versions("orders-value"), [1, 2])
    kept = registry.get_latest_version("orders-value").schema
    check("it is kept as a text", 'import "item.proto";' in kept.schema_str, True)
    check("with its reference", kept.references[0].subject, "item.proto")
    check("the same has its id", registry.register_schema("orders-value", kept) > 0, True)

    # What the sink has written, read with the schema that it has registered.
    def copies():
        latest = registry.get_latest_version("shop.copies-value", fmt="serialized").schema
        file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(latest.schema_str))
        pool = descriptor_pool.DescriptorPool()
        pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
        pool.Add(file)
        return message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.copies"))

    until("the sink has registered its schema", lambda: copies().__name__, "copies")
    values = read(project, "shop.copies", 2, ProtobufDeserializer(copies(), plain))
    check(
        "their reader reads what the sink writes",
        sorted((v.id, v.name, v.HasField("name"), v.happened_at.seconds) for v in values),
        [(1, "", False, DAY // 1000), (2, "Ada", True, DAY // 1000)],
    )


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

    use_protobuf(project, registry)

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
        [
            "city",
            "home",
            "item.proto",
            "orders-value",
            "people-value",
            "shop.copies-value",
            "things-value",
        ],
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
