package dev.millrace.registry;

import static dev.millrace.registry.RegistryRun.avro;
import static dev.millrace.registry.RegistryRun.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.formats.json.JsonTexts;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.registry.RegistryRun.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Confluent's REST interface, request by request. Each test has subjects of its own. */
class RegistryTest {
  private static final String USER =
      "{\"type\":\"record\",\"name\":\"User\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"}]}";
  private static final String SAME = USER.replace("User", "Same");
  private static final String USER_NAMED =
      "{\"type\":\"record\",\"name\":\"User\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
          + "{\"name\":\"name\",\"type\":[\"null\",\"string\"],\"default\":null}]}";
  private static final String USER_AGED =
      "{\"type\":\"record\",\"name\":\"User\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
          + "{\"name\":\"age\",\"type\":\"int\"}]}";

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

  @Test
  void theSameSchemaHasOneIdWhateverItsSubjectAndSpaces() {
    Answer first = registry.register("same-a", avro(SAME));
    assertThat(first.status()).isEqualTo(200);
    assertThat(registry.register("same-a", avro(SAME.replace(",", " ,\n"))).id())
        .isEqualTo(first.id());
    assertThat(registry.register("same-b", avro(SAME)).id()).isEqualTo(first.id());
    assertThat(registry.get("/subjects/same-a/versions").body().toString()).isEqualTo("[1]");

    Answer byId = registry.get("/schemas/ids/" + first.id());
    assertThat(byId.body().path("schema").asText()).isEqualTo(SAME);
    assertThat(byId.body().has("schemaType")).isFalse();
    assertThat(registry.get("/schemas/ids/" + first.id() + "/schema").body().toString())
        .isEqualTo(SAME);
    assertThat(registry.get("/schemas/ids/" + first.id() + "/subjects").body().toString())
        .isEqualTo("[\"same-a\",\"same-b\"]");
    assertThat(registry.get("/schemas/ids/" + first.id() + "/versions").body().toString())
        .isEqualTo(
            "[{\"subject\":\"same-a\",\"version\":1},{\"subject\":\"same-b\",\"version\":1}]");
    assertThat(registry.get("/subjects?subjectPrefix=same-").body().toString())
        .isEqualTo("[\"same-a\",\"same-b\"]");
    Answer latest = registry.get("/subjects/same-a/versions/latest");
    assertThat(latest.body().toString())
        .isEqualTo(
            JsonTexts.MAPPER
                .createObjectNode()
                .put("subject", "same-a")
                .put("version", 1)
                .put("id", first.id())
                .put("schema", SAME)
                .toString());
  }

  @Test
  void normalizingPutsWhatHasNoOrderIntoOne() {
    String one = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}";
    String other = "{\"properties\":{\"a\":{\"type\":\"string\"}},\"type\":\"object\"}";
    int id = registry.send("POST", "/subjects/norm/versions?normalize=true", json(one)).id();
    assertThat(registry.send("POST", "/subjects/norm/versions?normalize=true", json(other)).id())
        .isEqualTo(id);
    assertThat(registry.send("POST", "/subjects/norm", json(one)).code()).isEqualTo(40403);
    assertThat(registry.send("POST", "/subjects/norm?normalize=true", json(one)).id())
        .isEqualTo(id);
  }

  @Test
  void anIncompatibleSchemaIsRefusedByTheSubjectsLevel() {
    registry.register("level", avro(USER));
    Answer refused = registry.register("level", avro(USER_AGED));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo(409);
    assertThat(refused.body().path("message").asText())
        .startsWith(
            "Schema being registered is incompatible with an earlier schema for subject \"level\"")
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1", "oldSchemaVersion: 1");
    assertThat(registry.register("level", avro(USER_NAMED)).status()).isEqualTo(200);

    Answer test =
        registry.send(
            "POST", "/compatibility/subjects/level/versions/latest?verbose=true", avro(USER_AGED));
    assertThat(test.body().path("is_compatible").asBoolean(true)).isFalse();
    assertThat(test.body().path("messages").path(0).asText()).contains("READER_FIELD_MISSING");
    assertThat(
            registry
                .send("POST", "/compatibility/subjects/level/versions", avro(USER))
                .body()
                .toString())
        .isEqualTo("{\"is_compatible\":true}");

    assertThat(registry.get("/config/level").code()).isEqualTo(40408);
    assertThat(registry.get("/config/level?defaultToGlobal=true").body().toString())
        .isEqualTo("{\"compatibilityLevel\":\"BACKWARD\"}");
    assertThat(registry.level("level", "SIDEWAYS").code()).isEqualTo(42203);
    assertThat(registry.level("level", "FORWARD").body().toString())
        .isEqualTo("{\"compatibility\":\"FORWARD\"}");
    // Records with an age are read by those who know none: FORWARD allows what BACKWARD does not.
    assertThat(registry.register("level", avro(USER_AGED)).status()).isEqualTo(200);
    assertThat(registry.level("level", "FULL").status()).isEqualTo(200);
    assertThat(registry.register("level", avro("\"string\"")).status()).isEqualTo(409);
    assertThat(registry.level("level", "NONE").status()).isEqualTo(200);
    assertThat(registry.register("level", avro("\"string\"")).status()).isEqualTo(200);
    assertThat(registry.delete("/config/level").body().toString())
        .isEqualTo("{\"compatibilityLevel\":\"NONE\"}");
    assertThat(registry.get("/config/level").code()).isEqualTo(40408);
  }

  @Test
  void transitiveLevelsLookAtEveryVersion() {
    String string = USER.replace("\"long\"", "[\"null\",\"string\"],\"default\":null");
    String without = "{\"type\":\"record\",\"name\":\"User\",\"fields\":[]}";
    String number = USER.replace("\"long\"", "\"long\",\"default\":0");
    registry.register("all", avro(string));
    registry.register("all", avro(without));
    registry.level("all", "BACKWARD_TRANSITIVE");
    Answer refused = registry.register("all", avro(number));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().path("message").asText()).contains("oldSchemaVersion: 1");
    registry.level("all", "BACKWARD");
    assertThat(registry.register("all", avro(number)).status()).isEqualTo(200);
  }

  @Test
  void deletedVersionsAreShownToThoseWhoAskAndForgottenWhenDeletedAgain() {
    int id = registry.register("gone", avro(USER)).id();
    registry.register("gone", avro(USER_NAMED));
    assertThat(registry.delete("/subjects/gone/versions/1?permanent=true").code()).isEqualTo(40407);
    assertThat(registry.delete("/subjects/gone/versions/1").body().toString()).isEqualTo("1");
    assertThat(registry.delete("/subjects/gone/versions/1").code()).isEqualTo(40406);
    assertThat(registry.get("/subjects/gone/versions").body().toString()).isEqualTo("[2]");
    assertThat(registry.get("/subjects/gone/versions?deleted=true").body().toString())
        .isEqualTo("[1,2]");
    assertThat(registry.get("/subjects/gone/versions/1").code()).isEqualTo(40402);
    assertThat(registry.get("/subjects/gone/versions/1?deleted=true").id()).isEqualTo(id);
    // Records were written with it.
    assertThat(registry.get("/schemas/ids/" + id).status()).isEqualTo(200);
    assertThat(registry.register("gone", avro(USER)).id()).isEqualTo(id);
    assertThat(registry.get("/subjects/gone/versions").body().toString()).isEqualTo("[2,3]");

    assertThat(registry.delete("/subjects/gone?permanent=true").code()).isEqualTo(40405);
    assertThat(registry.delete("/subjects/gone").body().toString()).isEqualTo("[2,3]");
    assertThat(registry.delete("/subjects/gone").code()).isEqualTo(40404);
    assertThat(registry.get("/subjects/gone/versions").code()).isEqualTo(40401);
    assertThat(registry.get("/subjects?deletedOnly=true").body().toString()).contains("\"gone\"");
    assertThat(registry.delete("/subjects/gone?permanent=true").body().toString())
        .isEqualTo("[1,2,3]");
    assertThat(registry.get("/subjects?deleted=true").body().toString()).doesNotContain("\"gone\"");
    assertThat(registry.delete("/subjects/gone").code()).isEqualTo(40401);
  }

  @Test
  void referencesAreFollowedAndProtected() {
    String city =
        "{\"type\":\"record\",\"name\":\"City\",\"namespace\":\"geo\",\"fields\":[{\"name\":\"name\",\"type\":\"string\"}]}";
    String person =
        "{\"type\":\"record\",\"name\":\"Person\",\"fields\":[{\"name\":\"home\",\"type\":\"geo.City\"}]}";
    registry.register("city", avro(city));
    assertThat(registry.register("person", avro(person)).code()).isEqualTo(42201);
    ObjectNode schema = avro(person);
    schema
        .putArray("references")
        .addObject()
        .put("name", "geo.City")
        .put("subject", "city")
        .put("version", 1);
    Answer registered = registry.register("person", schema);
    assertThat(registered.status()).as(registered.body().toString()).isEqualTo(200);
    Answer read = registry.get("/schemas/ids/" + registered.id());
    assertThat(read.body().path("schema").asText()).isEqualTo(person);
    assertThat(read.body().path("references").toString())
        .isEqualTo("[{\"name\":\"geo.City\",\"subject\":\"city\",\"version\":1}]");
    assertThat(registry.get("/subjects/city/versions/1/referencedby").body().toString())
        .isEqualTo("[" + registered.id() + "]");
    assertThat(registry.delete("/subjects/city/versions/1").code()).isEqualTo(42206);
    assertThat(registry.delete("/subjects/city").code()).isEqualTo(42206);
  }

  @Test
  void whatIsNotThereOrNoSchemaHasItsCode() {
    assertThat(registry.get("/schemas/ids/99999").code()).isEqualTo(40403);
    assertThat(registry.get("/subjects/nobody/versions").code()).isEqualTo(40401);
    assertThat(registry.get("/subjects/nobody/versions/latest").code()).isEqualTo(40401);
    assertThat(registry.send("POST", "/subjects/nobody", avro(USER)).code()).isEqualTo(40401);
    registry.register("somebody", avro(USER));
    assertThat(registry.get("/subjects/somebody/versions/7").code()).isEqualTo(40402);
    assertThat(registry.get("/subjects/somebody/versions/zero").code()).isEqualTo(42202);
    assertThat(registry.get("/subjects/somebody/versions/0").code()).isEqualTo(42202);
    assertThat(registry.register("somebody", avro("{\"type\":\"rekord\"}")).code())
        .isEqualTo(42201);
    assertThat(registry.register("somebody", avro("")).code()).isEqualTo(42201);
    assertThat(registry.register("somebody", avro(USER).put("schemaType", "XML")).code())
        .isEqualTo(42201);
    assertThat(registry.register("somebody", json("{\"type\":\"texts\"}")).code()).isEqualTo(42201);
    assertThat(registry.get("/schemas/types").body().toString())
        .isEqualTo("[\"JSON\",\"PROTOBUF\",\"AVRO\"]");
    assertThat(registry.register("somebody", avro("x").put("schemaType", "PROTOBUF")).code())
        .isEqualTo(42201);
    assertThat(registry.get("/nothing").code()).isEqualTo(404);
    assertThat(registry.register("a%2Fb c".replace(" ", "%20"), avro(USER)).status())
        .isEqualTo(200);
    assertThat(registry.get("/subjects").body().toString()).contains("\"a/b c\"");
  }

  @Test
  void modesForbidOrTakeIds() {
    registry.register("frozen", avro(USER));
    assertThat(mode("frozen", "READONLY").body().toString()).isEqualTo("{\"mode\":\"READONLY\"}");
    assertThat(registry.register("frozen", avro(USER_NAMED)).code()).isEqualTo(42205);
    assertThat(registry.delete("/subjects/frozen").code()).isEqualTo(42205);
    assertThat(registry.get("/mode/frozen").body().toString()).isEqualTo("{\"mode\":\"READONLY\"}");
    assertThat(mode("frozen", "ICE").code()).isEqualTo(42204);
    assertThat(mode("frozen", "IMPORT").code()).isEqualTo(42205);
    assertThat(registry.delete("/mode/frozen").body().toString())
        .isEqualTo("{\"mode\":\"READONLY\"}");
    assertThat(registry.get("/mode/frozen").code()).isEqualTo(40409);
    assertThat(registry.get("/mode").body().toString()).isEqualTo("{\"mode\":\"READWRITE\"}");

    String imported = USER.replace("User", "Imported");
    ObjectNode withId = avro(imported).put("id", 4711).put("version", 3);
    assertThat(registry.register("moved", withId).code()).isEqualTo(42205);
    assertThat(mode("moved", "IMPORT").status()).isEqualTo(200);
    assertThat(registry.register("moved", withId).id()).isEqualTo(4711);
    assertThat(registry.get("/subjects/moved/versions").body().toString()).isEqualTo("[3]");
    assertThat(registry.register("moved", avro(USER_AGED).put("id", 4711)).code()).isEqualTo(42205);
  }

  private static Answer mode(String subject, String mode) {
    return registry.send(
        "PUT", "/mode/" + subject, JsonTexts.MAPPER.createObjectNode().put("mode", mode));
  }

  @Test
  void pagesOfOtherSitesAreNotAnswered() {
    Answer foreign =
        registry.send(
            "POST", "/subjects/evil/versions", avro(USER), "Origin", "http://example.org");
    assertThat(foreign.status()).isEqualTo(403);
    assertThat(registry.get("/subjects").body().toString()).doesNotContain("evil");
  }

  @Test
  void everythingIsThereAfterARestart() {
    int id = registry.register("kept", avro(USER)).id();
    registry.register("kept", avro(USER_NAMED));
    registry.level("kept", "FULL_TRANSITIVE");
    registry.delete("/subjects/kept/versions/1");
    registry.system().stop();
    assertThat(registry.system().failure()).isPresent();
    assertThat(registry.system().start()).containsEntry("url", registry.url());
    assertThat(registry.get("/subjects/kept/versions").body().toString()).isEqualTo("[2]");
    assertThat(registry.get("/subjects/kept/versions/1?deleted=true").id()).isEqualTo(id);
    assertThat(registry.get("/config/kept").body().toString())
        .isEqualTo("{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
    int next = registry.register("kept-next", avro(USER.replace("User", "Next"))).id();
    assertThat(next).isGreaterThan(id);
  }
}
