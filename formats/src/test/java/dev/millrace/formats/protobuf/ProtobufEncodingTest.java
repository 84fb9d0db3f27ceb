package dev.millrace.formats.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.JsonOutput;
import dev.millrace.formats.registry.RegistryError;
import dev.millrace.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The .proto file of columns, how it changes with them, and rows as its messages. */
class ProtobufEncodingTest {
  private static final DataType BIGINT = new DataType.Scalar(Kind.BIGINT);
  private static final DataType VARCHAR = new DataType.Scalar(Kind.VARCHAR);
  private static final DataType TIMESTAMPTZ = new DataType.Scalar(Kind.TIMESTAMPTZ);

  private static Column column(String name, DataType type) {
    return new Column(name, type);
  }

  private static DataType struct(Column... fields) {
    return new DataType.Struct(List.of(fields));
  }

  private static ProtobufEncoding encoding(String before, Column... columns) throws Exception {
    Optional<ProtobufSchema> old =
        before.isEmpty() ? Optional.empty() : Optional.of(ProtobufSchema.parse(before, Map.of()));
    return new ProtobufEncoding("shop.orders", List.of(columns), old);
  }

  private static String file(String before, Column... columns) throws Exception {
    return encoding(before, columns).schema().text();
  }

  @Test
  void theFileHasAFieldForEachColumn() throws Exception {
    assertThat(
            file(
                "",
                column("id", BIGINT),
                column("price", new DataType.Decimal(10, 2)),
                column("at_time", TIMESTAMPTZ),
                column("day", new DataType.Scalar(Kind.DATE)),
                column("tags", new DataType.ListOf(VARCHAR)),
                column("counts", new DataType.MapOf(VARCHAR, BIGINT)),
                column("home_town", struct(column("name", VARCHAR), column("big", BIGINT))),
                column("stops", new DataType.ListOf(struct(column("at_time", TIMESTAMPTZ)))),
                column("grid", new DataType.ListOf(new DataType.ListOf(BIGINT)))))
        .isEqualTo(
            """
            syntax = "proto3";
            package shop;

            import "google/protobuf/timestamp.proto";
            import "google/type/date.proto";

            message orders {
              optional int64 id = 1;
              optional string price = 2;
              optional .google.protobuf.Timestamp at_time = 3;
              optional .google.type.Date day = 4;
              repeated string tags = 5;
              map<string, int64> counts = 6;
              optional HomeTown home_town = 7;
              repeated Stops stops = 8;
              repeated Grid grid = 9;
              message HomeTown {
                optional string name = 1;
                optional int64 big = 2;
              }
              message Stops {
                optional .google.protobuf.Timestamp at_time = 1;
              }
              message Grid {
                repeated int64 list = 1;
              }
            }
            """);
  }

  @Test
  void numbersAreKeptAndThoseOfRemovedColumnsReserved() throws Exception {
    DataType home = struct(column("name", VARCHAR), column("size", BIGINT));
    String first = file("", column("id", BIGINT), column("note", VARCHAR), column("home", home));
    String second =
        file(
            first,
            column("size", BIGINT),
            column("home", struct(column("name", VARCHAR), column("zip", VARCHAR))),
            column("id", BIGINT));
    assertThat(second)
        .isEqualTo(
            """
            syntax = "proto3";
            package shop;

            message orders {
              reserved 2;
              reserved "note";
              optional int64 size = 4;
              optional Home home = 3;
              optional int64 id = 1;
              message Home {
                reserved 2;
                reserved "size";
                optional string name = 1;
                optional string zip = 3;
              }
            }
            """);
    // Its message stays, as readers of old records need it; a column that comes back is a new one.
    String third = file(second, column("id", BIGINT), column("note", VARCHAR));
    assertThat(third)
        .contains("reserved 2, 4, 3;", "reserved \"home\", \"size\";", "string note = 5;")
        .contains("message Home {");
    assertThat(file(third, column("id", BIGINT), column("note", VARCHAR))).isEqualTo(third);
    // That of another topic is none of ours.
    assertThat(file(third.replace("message orders", "message other"), column("a", BIGINT)))
        .contains("a = 1;")
        .doesNotContain("reserved");
  }

  @Test
  void whateverColumnsComeAndGoEveryVersionReadsEveryOther() throws Exception {
    Random random = Seeds.random("ProtobufEncodingTest");
    List<Column> possible = new ArrayList<>();
    for (String name : "a b c d e".split(" ")) {
      possible.add(column(name, BIGINT));
      possible.add(column(name + "_l", new DataType.ListOf(TIMESTAMPTZ)));
      possible.add(column(name + "_m", new DataType.MapOf(VARCHAR, VARCHAR)));
    }
    for (int run = 0; run < 20; run++) {
      List<ProtobufSchema> versions = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        List<Column> columns = new ArrayList<>(pick(possible, random));
        columns.add(column("nest", struct(pick(possible, random).toArray(Column[]::new))));
        if (random.nextBoolean()) {
          columns.add(
              column(
                  "nests",
                  new DataType.MapOf(
                      VARCHAR, struct(pick(possible, random).toArray(Column[]::new)))));
        }
        Collections.shuffle(columns, random);
        Optional<ProtobufSchema> before =
            versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(i - 1));
        String text = new ProtobufEncoding("t", columns, before).schema().text();
        ProtobufSchema made = ProtobufSchema.parse(text, Map.of());
        for (ProtobufSchema other : versions) {
          assertThat(made.faultsReading(other)).as(text).isEmpty();
          // Those who read the older one may not know messages that are new.
          assertThat(other.faultsReading(made))
              .as(text)
              .allMatch(f -> f.contains("MESSAGE_REMOVED"));
        }
        versions.add(made);
      }
    }
  }

  private static List<Column> pick(List<Column> possible, Random random) {
    List<Column> picked = new ArrayList<>();
    for (Column column : possible) {
      if (random.nextInt(3) == 0) {
        picked.add(column);
      }
    }
    return picked.isEmpty() ? possible.subList(0, 1) : picked;
  }

  private static String back(ProtobufEncoding encoding, String row) throws Exception {
    byte[] bytes = encoding.encode(row.replace('\'', '"').getBytes(UTF_8), 5);
    assertThat(Arrays.copyOf(bytes, 6)).containsOnly(0);
    JsonOutput out = new JsonOutput();
    new ProtobufDecoding(ProtobufSchema.parse(encoding.schema().text(), Map.of()).file())
        .decode(bytes, 5, bytes.length - 5, out);
    return new String(out.array(), 0, out.used(), UTF_8).replace('"', '\'');
  }

  @Test
  void rowsAreReadBackAsTheyWere() throws Exception {
    ProtobufEncoding encoding =
        encoding(
            "",
            column("id", BIGINT),
            column("u", new DataType.Scalar(Kind.UBIGINT)),
            column("price", new DataType.Decimal(10, 2)),
            column("ts", TIMESTAMPTZ),
            column("day", new DataType.Scalar(Kind.DATE)),
            column("tags", new DataType.ListOf(VARCHAR)),
            column("home", struct(column("name", VARCHAR), column("big", BIGINT))),
            column("grid", new DataType.ListOf(new DataType.ListOf(BIGINT))));
    assertThat(
            back(
                encoding,
                "{'id':0,'u':18446744073709551615,'price':1.5,'ts':'2026-01-01T01:00:00.000001+01:00',"
                    + "'day':'2026-02-09','tags':['a',''],'home':{'name':'x'},'grid':[[1],[]]}"))
        .isEqualTo(
            "{'id':0,'u':18446744073709551615,'price':'1.50','ts':'2026-01-01T00:00:00.000001Z',"
                + "'day':'2026-02-09','tags':['a',''],'home':{'name':'x','big':null},"
                + "'grid':[{'list':[1]},{'list':[]}]}");
    assertThat(back(encoding, "{'id':null}"))
        .isEqualTo(
            "{'id':null,'u':null,'price':null,'ts':null,'day':null,'tags':[],'home':null,'grid':[]}");
    String[][] bad = {
      {"{'id':'x'}", "field `id` is not of type BIGINT: \"x\""},
      {"{'id':9223372036854775808}", "field `id` is not of type BIGINT"},
      {"{'u':-1}", "field `u` is not of type UBIGINT"},
      {"{'price':1.555}", "field `price` is not of type DECIMAL(10,2)"},
      {"{'ts':'infinity'}", "field `ts` is not of type TIMESTAMP WITH TIME ZONE"},
      {"{'tags':['a',null]}", "field `tags` has NULL in a list or a map, where Protobuf has none"},
      {"[1]", "no JSON object"},
      {"{", "not valid JSON"},
    };
    for (String[] one : bad) {
      assertThatThrownBy(() -> back(encoding, one[0]))
          .isInstanceOf(BadRecordException.class)
          .hasMessageContaining(one[1]);
    }
  }

  @Test
  void topicsMayHaveTheWordsOfGooglesPackages() throws Exception {
    List<Column> columns =
        List.of(
            column("ts", TIMESTAMPTZ),
            column("day", new DataType.Scalar(Kind.DATE)),
            column("hour", new DataType.Scalar(Kind.TIME)),
            column("google", struct(column("ts", TIMESTAMPTZ))));
    for (String topic :
        "ads.google.clicks ads.google google google.protobuf google.type.Date google.clicks a.google.type"
            .split(" ")) {
      ProtobufEncoding encoding = new ProtobufEncoding(topic, columns, Optional.empty());
      String row =
          "{'ts':'2026-01-01T00:00:00Z','day':'2026-02-09','hour':'01:02:03.000000000',"
              + "'google':{'ts':'2026-01-01T00:00:00Z'}}";
      assertThat(back(encoding, row)).as(topic).isEqualTo(row);
      ProtobufSchema first = ProtobufSchema.parse(encoding.schema().text(), Map.of());
      assertThat(new ProtobufEncoding(topic, columns, Optional.of(first)).schema().text())
          .isEqualTo(encoding.schema().text());
    }
  }

  @Test
  void messagesOfStructsAndMapsHaveNamesOfTheirOwn() throws Exception {
    DataType map = new DataType.MapOf(VARCHAR, BIGINT);
    DataType one = struct(column("a", BIGINT));
    Column[] columns = {
      column("tags", map),
      column("tags_entry", one),
      column("_1", one),
      column("_2", map),
      column("_", one),
      column("_m", one)
    };
    String text = file("", columns);
    assertThat(text).contains("TagsEntry_ tags_entry = 2;", "M1 _1 = 3;", "M _ = 5;", "M_ _m = 6;");
    String row = "{'tags':{'x':1},'tags_entry':{'a':2},'_1':{'a':3},'_2':{'y':4},'_':{'a':5}}";
    assertThat(back(encoding("", columns), row))
        .isEqualTo(row.substring(0, row.length() - 1) + ",'_m':null}");
    assertThat(file(text, columns)).isEqualTo(text);
    // A struct that comes later makes way; a map cannot.
    assertThat(file(file("", columns[0]), columns[0], columns[1]))
        .contains("TagsEntry_ tags_entry");
    String running = file("", columns[1]);
    assertRefused(
        () -> file(running, columns[1], columns[0]),
        "the map `tags` needs a message `TagsEntry` in Protobuf, and this name is taken");
    assertRefused(
        () -> file("", column("a_b", map), column("aB", map)),
        "the map `aB` needs a message `ABEntry` in Protobuf, and this name is taken");
  }

  @Test
  void ofSomebodyElsesSchemaIsKeptWhatCanBe() throws Exception {
    String shared =
        "syntax='proto3'; package shop; message orders { Place home = 1; repeated Place work = 2;"
            + " message Place { string street = 4; string zip = 7; } }";
    DataType place = struct(column("zip", VARCHAR), column("street", VARCHAR));
    DataType other = struct(column("zip", VARCHAR));
    Column home = column("home", place);
    String both = file(shared, home, column("work", new DataType.ListOf(place)));
    assertThat(both)
        .containsOnlyOnce("message Place {")
        .contains("optional Place home = 1;", "repeated Place work = 2;", "string zip = 7;")
        .doesNotContain("Work");
    assertThat(file(shared, home, column("work", new DataType.ListOf(other))))
        .contains("optional Place home = 1;", "repeated Work work = 2;", "message Work {");
    String itself = "syntax='proto3'; package shop; message orders { map<string, MEntry> m = 1; }";
    assertThat(file(itself, column("m", new DataType.MapOf(VARCHAR, other))))
        .contains("map<string, M> m = 1;");
    assertRefused(
        () ->
            file(
                "syntax='proto3'; package shop; message orders { Kept k = 1; enum E { A = 0; }"
                    + " message Kept { E e = 1; } }",
                home),
        "the columns of `shop.orders` make no .proto file that goes on with the newest schema:"
            + " not a .proto file: shop.orders.Kept.e: \"E\" is not defined");
    assertRefused(
        () ->
            file(
                "syntax='proto3'; package shop; import 'google/type/money.proto';"
                    + " message orders { Kept k = 1; message Kept { google.type.Money e = 1; } }",
                home),
        "\"google.type.Money\"");
  }

  private static void assertRefused(ThrowingCallable making, String why) {
    assertThatThrownBy(making)
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problem().code()).isEqualTo(RegistryError.REGISTRY_SCHEMA_REFUSED))
        .hasMessageContaining(why);
  }

  @Test
  void namesThatProtobufHasNotAreRefused() {
    assertThatThrownBy(() -> file("", column("an id", BIGINT)))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`an id` cannot be the name of a field in Protobuf");
  }
}
