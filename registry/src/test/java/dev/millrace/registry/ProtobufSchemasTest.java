package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.registry.RegistryRun.Answer;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schemas of Protobuf in Confluent's REST interface. Each test has subjects of its own. */
class ProtobufSchemasTest {
  private static final String USER =
      """
      syntax = "proto3";
      package shop;

      message User {
        int64 id = 1;
        optional string name = 2;
      }
      """;

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static RegistryRun registry;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
    registry = new RegistryRun(broker.cluster(), folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
    broker.close();
  }

  private static ObjectNode protobuf(String schema) {
    return RegistryRun.avro(schema).put("schemaType", "PROTOBUF");
  }

  private static ObjectNode refer(ObjectNode schema, String name, String subject) {
    schema
        .withArray("references")
        .addObject()
        .put("name", name)
        .put("subject", subject)
        .put("version", 1);
    return schema;
  }

  private static FileDescriptorProto descriptor(String path) throws Exception {
    String text = registry.get(path).body().path("schema").asText();
    return FileDescriptorProto.parseFrom(Base64.getDecoder().decode(text));
  }

  @Test
  void theSameSchemaHasOneIdWhateverItsSpacesAndComments() throws Exception {
    Answer first = registry.register("same", protobuf(USER));
    assertThat(first.status()).as(first.body().toString()).isEqualTo(200);
    String spaced = "// Users.\n" + USER.replace(";", " ;\n\n");
    assertThat(registry.register("same", protobuf(spaced)).id()).isEqualTo(first.id());
    assertThat(registry.get("/subjects/same/versions").body().toString()).isEqualTo("[1]");
    Answer byId = registry.get("/schemas/ids/" + first.id());
    assertThat(byId.body().path("schemaType").asText()).isEqualTo("PROTOBUF");
    assertThat(byId.body().path("schema").asText()).isEqualTo(USER);
    assertThat(registry.get("/schemas/ids/" + first.id() + "/schema").body().asText())
        .isEqualTo(USER);
    assertThat(registry.get("/schemas/types").body().toString()).contains("PROTOBUF");

    // Confluent's clients in other languages send and want descriptors.
    FileDescriptorProto sent = descriptor("/subjects/same/versions/1?format=serialized");
    assertThat(sent.getMessageType(0).getField(1).getProto3Optional()).isTrue();
    assertThat(descriptor("/schemas/ids/" + first.id() + "?format=serialized")).isEqualTo(sent);
    String base64 = Base64.getEncoder().encodeToString(sent.toByteArray());
    assertThat(registry.register("same", protobuf(base64)).id()).isEqualTo(first.id());
    assertThat(registry.send("POST", "/subjects/same", protobuf(base64)).id())
        .isEqualTo(first.id());
  }

  @Test
  void normalizingPutsWhatHasNoOrderIntoOne() {
    String nested = "syntax='proto3'; package p; message M { %s %s message N {} }";
    String one = nested.formatted("int32 a = 1;", "N n = 2;");
    String other = nested.formatted(".p.M.N n = 2;", "int32 a = 1;");
    int id = registry.send("POST", "/subjects/norm/versions?normalize=true", protobuf(one)).id();
    assertThat(
            registry.send("POST", "/subjects/norm/versions?normalize=true", protobuf(other)).id())
        .isEqualTo(id);
    assertThat(registry.send("POST", "/subjects/norm", protobuf(one)).code()).isEqualTo(40403);
    assertThat(registry.send("POST", "/subjects/norm?normalize=true", protobuf(one)).id())
        .isEqualTo(id);
  }

  @Test
  void anIncompatibleSchemaIsRefusedByTheSubjectsLevel() {
    registry.register("level", protobuf(USER));
    String retyped = USER.replace("int64", "string");
    Answer refused = registry.register("level", protobuf(retyped));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo(409);
    assertThat(refused.body().path("message").asText())
        .startsWith(
            "Schema being registered is incompatible with an earlier schema for subject \"level\"")
        .contains("FIELD_SCALAR_KIND_CHANGED", "#/User/1", "oldSchemaVersion: 1");
    Answer test =
        registry.send(
            "POST",
            "/compatibility/subjects/level/versions/latest?verbose=true",
            protobuf(retyped));
    assertThat(test.body().path("is_compatible").asBoolean(true)).isFalse();
    assertThat(test.body().path("messages").path(0).asText()).contains("FIELD_SCALAR_KIND_CHANGED");

    String more = USER + "message Order {\n}\n";
    assertThat(registry.register("level", protobuf(more)).status()).isEqualTo(200);
    assertThat(registry.register("level", protobuf(USER.replace("name", "nick"))).status())
        .isEqualTo(409);
    // Those who know more messages read those who know fewer.
    registry.level("level", "FORWARD");
    assertThat(registry.register("level", protobuf(USER.replace("name", "alias"))).status())
        .isEqualTo(200);
    assertThat(registry.register("level", protobuf(more.replace("name", "other"))).status())
        .isEqualTo(409);
    registry.level("level", "FULL");
    assertThat(registry.register("level", protobuf(more.replace("name", "third"))).status())
        .isEqualTo(409);
    assertThat(registry.register("level", protobuf(USER.replace("int64", "uint32"))).status())
        .isEqualTo(200);
    registry.level("level", "NONE");
    assertThat(registry.register("level", protobuf(retyped)).status()).isEqualTo(200);
    registry.level("level", "BACKWARD");
    assertThat(registry.register("level", RegistryRun.avro("\"string\"")).status()).isEqualTo(409);
  }

  @Test
  void transitiveLevelsLookAtEveryVersion() {
    String without = USER.replace("  optional string name = 2;\n", "");
    String other = USER.replace("string name", "int64 size");
    for (String level : new String[] {"BACKWARD", "FORWARD", "FULL"}) {
      String subject = "all-" + level;
      registry.register(subject, protobuf(USER));
      registry.register(subject, protobuf(without));
      registry.level(subject, level + "_TRANSITIVE");
      Answer refused = registry.register(subject, protobuf(other));
      assertThat(refused.status()).as(level).isEqualTo(409);
      assertThat(refused.body().path("message").asText()).contains("oldSchemaVersion: 1");
      registry.level(subject, level);
      assertThat(registry.register(subject, protobuf(other)).status()).isEqualTo(200);
    }
  }

  @Test
  void referencesAreFollowedAndProtected() throws Exception {
    String city = "syntax='proto3'; package geo; message City { string name = 1; }";
    String country =
        "syntax='proto3'; package geo; import 'city.proto'; message Country { City capital = 1; }";
    String person =
        "syntax='proto3'; import 'country.proto'; import 'google/protobuf/timestamp.proto';"
            + " message Person { geo.Country home = 1; google.protobuf.Timestamp born = 2; }";
    registry.register("city", protobuf(city));
    assertThat(registry.register("country", protobuf(country)).code()).isEqualTo(42201);
    registry.register("country", refer(protobuf(country), "city.proto", "city"));
    ObjectNode schema = refer(protobuf(person), "country.proto", "country");
    Answer registered = registry.register("person", schema);
    assertThat(registered.status()).as(registered.body().toString()).isEqualTo(200);
    assertThat(registry.register("person", schema).id()).isEqualTo(registered.id());
    assertThat(registry.get("/schemas/ids/" + registered.id()).body().path("references").toString())
        .isEqualTo("[{\"name\":\"country.proto\",\"subject\":\"country\",\"version\":1}]");
    assertThat(
            descriptor("/schemas/ids/" + registered.id() + "?format=serialized")
                .getMessageType(0)
                .getField(0)
                .getTypeName())
        .isEqualTo(".geo.Country");
    assertThat(registry.delete("/subjects/country/versions/1").code()).isEqualTo(42206);
    assertThat(
            registry
                .register("avro-city", refer(RegistryRun.avro("\"string\""), "city.proto", "city"))
                .code())
        .isEqualTo(42201);
  }

  @Test
  void whatIsNoSchemaHasItsCodeAndReason() {
    String[][] bad = {
      {"message M { int32 a = 1; }", "Syntax error in schema.proto:1:13"},
      {"syntax='proto3'; message M { Nothing n = 1; }", "\\\"Nothing\\\" is not defined"},
      {"syntax='proto3'; message M { int32 a = 1; int32 b = 1; }", "already been used"},
      {"syntax='proto3'; import 'no.proto';", "imports `no.proto`"},
      {"bm90aGluZw==", "neither a .proto file nor a descriptor"},
    };
    for (String[] one : bad) {
      Answer answer = registry.register("bad", protobuf(one[0]));
      assertThat(answer.code()).as(one[0]).isEqualTo(42201);
      assertThat(answer.body().path("message").toString())
          .startsWith("\"Invalid schema of type PROTOBUF: ")
          .contains(one[1]);
    }
    assertThat(registry.get("/subjects").body().toString()).doesNotContain("\"bad\"");
  }

  @Test
  void everythingIsThereAfterARestart() {
    int id = registry.register("kept", protobuf(USER)).id();
    registry.system().stop();
    registry.system().start();
    assertThat(registry.get("/subjects/kept/versions/1").body().path("schema").asText())
        .isEqualTo(USER);
    assertThat(registry.register("kept", protobuf(USER)).id()).isEqualTo(id);
  }
}
