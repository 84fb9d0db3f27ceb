package dev.millrace.formats.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.testing.Seeds;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading .proto files and descriptors, and writing them. */
class ProtobufSchemaTest {
  /** As it is printed. */
  private static final String ALL_OF_PROTO3 =
      """
      syntax = "proto3";
      package a.b;

      import "google/protobuf/timestamp.proto";
      import public "geo.proto";
      option java_package = "com.\\"x\\\\y";
      option optimize_for = SPEED;
      option (my.file).z = { a: "q\\"u", b: [1, 2], c: { d: FOO } };

      message M {
        option deprecated = true;
        reserved 10, 12 to 14, 20 to max;
        reserved "x", "y";
        optional int32 a = 1 [json_name = "AA", deprecated = true, (x.y) = "s"];
        map<string, .a.b.M.N> m = 2;
        repeated sint64 p = 5 [packed = false];
        google.protobuf.Timestamp t = 6;
        geo.City home = 7;
        E e = 8;
        oneof o {
          string s = 3;
          N n = 4;
        }
        message N {
        }
        enum E {
          option allow_alias = true;
          reserved -5 to -3, 100 to max;
          Z = 0;
          Y = 0 [deprecated = true];
          X = -1;
        }
      }
      service S {
        rpc Get (M) returns (stream M) {
          option (h).get = "/x";
        }
        rpc Put (stream .a.b.M.N) returns (geo.City);
      }
      """;

  private static final String ALL_OF_PROTO2 =
      """
      syntax = "proto2";

      import "google/protobuf/descriptor.proto";

      message A {
        extensions 100 to 199;
        extensions 500 to max;
        optional int32 d = 3 [default = -7];
        optional bytes b = 4 [default = "\\001x\\\\"];
        required string t = 5 [default = "a\\"b\\n"];
        optional Color c = 6 [default = RED];
        optional double f = 8 [default = inf];
        repeated group Result = 1 {
          required string url = 2;
        }
        oneof z {
          int64 r = 9;
          group Choice = 7 {
            optional int32 q = 1;
          }
        }
      }
      enum Color {
        RED = 3;
        BLUE = -2;
      }
      extend A {
        optional int32 more = 150;
      }
      extend google.protobuf.FieldOptions {
        optional string foo = 50000;
      }
      """;

  private static final Map<String, String> GEO =
      Map.of("geo.proto", "syntax = 'proto3'; package geo; message City { string name = 1; }");

  private static ProtobufSchema parse(String text) throws InvalidSchemaException {
    return ProtobufSchema.parse(text, GEO);
  }

  @Test
  void whatIsPrintedIsReadAsTheSame() throws Exception {
    for (String text : new String[] {ALL_OF_PROTO3, ALL_OF_PROTO2}) {
      assertThat(parse(text).canonical()).isEqualTo(text);
      String normalized = parse(text).normalized();
      assertThat(parse(normalized).normalized()).isEqualTo(normalized);
    }
  }

  @Test
  void spacesAndCommentsMeanNothing() throws Exception {
    String spaced =
        ALL_OF_PROTO3
            .replace(";", " ; // why\n")
            .replace("{", "/* a\n b */ {\n\n")
            .replace("= 1", "=1");
    // In texts they do.
    spaced = spaced.replace("option (my.file).z = /* a\n b */ {", "option (my.file).z = {");
    spaced = spaced.replace("c: /* a\n b */ {", "c: {");
    assertThat(parse(spaced).canonical()).isEqualTo(ALL_OF_PROTO3);
  }

  @Test
  void descriptorsInBase64AreWhatTheirTextsAre() throws Exception {
    for (String text : new String[] {ALL_OF_PROTO3, ALL_OF_PROTO2}) {
      String plain =
          text.replaceAll("(?m)^.*option \\((my|h).*\\n", "").replace(", (x.y) = \"s\"", "");
      plain = plain.replace("returns (stream M) {\n  }", "returns (stream M);");
      ProtobufSchema schema = parse(plain);
      ProtobufSchema back = parse(parse(text).serialized());
      assertThat(back.normalized()).isEqualTo(schema.normalized());
      assertThat(back.faultsReading(schema)).isEmpty();
      assertThat(schema.faultsReading(back)).isEmpty();
    }
    // Those of Google's compiler.
    for (FileDescriptor file :
        new FileDescriptor[] {TypeProto.getDescriptor(), WrappersProto.getDescriptor()}) {
      ProtobufSchema schema =
          parse(Base64.getEncoder().encodeToString(file.toProto().toByteArray()));
      FileDescriptorProto read =
          FileDescriptorProto.parseFrom(
              Base64.getDecoder().decode(parse(schema.canonical()).serialized()));
      assertThat(messages(read)).isEqualTo(messages(file.toProto()));
      assertThat(read.getEnumTypeList()).isEqualTo(file.toProto().getEnumTypeList());
      assertThat(read.getOptions()).isEqualTo(file.toProto().getOptions());
    }
  }

  /** Without the names that JSON has for fields anyway. */
  private static String messages(FileDescriptorProto file) {
    return file.getMessageTypeList().toString().replaceAll(" *json_name: .*\n", "");
  }

  @Test
  void normalizingPutsWhatHasNoOrderIntoOne() throws Exception {
    String one =
        "syntax='proto3'; package p; option java_package='a'; option deprecated=true;"
            + " message M { int32 a = 1; N n = 2; reserved 5, 4; message N {} }";
    String other =
        "syntax='proto3'; package p; option deprecated=true; option java_package='a';"
            + " message M { reserved 4, 5; .p.M.N n = 2; int32 a = 1; message N {} }";
    assertThat(parse(one).canonical()).isNotEqualTo(parse(other).canonical());
    assertThat(parse(one).normalized()).isEqualTo(parse(other).normalized());
    assertThat(parse("syntax='proto3'; message A {} message B {}").normalized())
        .isNotEqualTo(parse("syntax='proto3'; message B {} message A {}").normalized());
  }

  @Test
  void everyKnownFileMayBeImported() throws Exception {
    String google =
        "any api descriptor duration empty field_mask source_context struct timestamp type wrappers";
    String types =
        "calendar_period color date datetime dayofweek decimal expr fraction interval latlng"
            + " localized_text money month phone_number postal_address quaternion timeofday";
    StringBuilder text = new StringBuilder("syntax='proto3';");
    for (String name : google.split(" ")) {
      text.append("import 'google/protobuf/%s.proto';".formatted(name));
    }
    for (String name : types.split(" ")) {
      text.append("import 'google/type/%s.proto';".formatted(name));
    }
    for (String name : "meta type/decimal type/variant types/decimal".split(" ")) {
      text.append("import 'confluent/%s.proto';".formatted(name));
    }
    text.append("message M { google.type.Money m = 1; confluent.type.Decimal d = 2; }");
    assertThat(parse(text.toString()).file().getMessageTypes()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "message M { int32 a = ; } | not a .proto file: Syntax error in schema.proto:1:39: expected a word",
        "message M { | not a .proto file",
        "edition = '2023'; | not a .proto file",
        "import 'no.proto'; | it imports `no.proto`, to which it has no reference",
        "message M { Nothing a = 1; } | \"Nothing\" is not defined",
        "message M { int32 a = 1; int32 b = 1; } | Field number 1 has already been used",
        "message M { int32 a = 1; int32 a = 2; } | M.a: \"a\" is already defined in \"M\"",
        "message M { int32 a = 0; } | `M.a` has number 0, and those of fields are 1 to 536870911",
        "message M { int32 a = 19001; } | `M.a` has number 19001, and 19000 to 19999 are Protobuf's own",
        "message M { required int32 a = 1; } | 'required' label forbidden in proto3",
        "message M { int32 a = 1 [default = 2]; } | `M.a` has a default, which proto3 does not know",
        "message M { reserved 1; int32 a = 1; } | `M.a` has the reserved number 1",
        "message M { reserved 'a'; int32 a = 1; } | `M.a` has a reserved name",
        "message M { oneof o { } } | `M.o` has no fields",
        "message M { oneof o { repeated int32 a = 1; } } | not a .proto file: Syntax error",
        "message M { map<int32, int32> a = 1; map<float, int32> b = 2; } | `M.BEntry.key` is of type `float`, and keys of maps are whole numbers, texts or bool",
        "enum E { A = 1; } | `E` begins with another value than 0, which proto3 wants first",
        "enum E { } | `E` has no values",
        "enum E { A = 0; B = 0; } | `E.B` has number 0 as another value has, without `allow_alias`",
        "message M { option map_entry = true; int32 key = 1; int32 value = 2; } | message `M` has option `map_entry`, which only maps have",
        "message A { message M { option map_entry = true; } } | message `M` has option `map_entry`, which only maps have",
        "message M { option deprecated = 7; } | `7` is no value of option `deprecated`",
      })
  void whatIsNoProtoFileIsToldWithItsReason(String text, String reason) {
    assertThatThrownBy(() -> parse("syntax='proto3';" + text))
        .isInstanceOf(InvalidSchemaException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void entriesOfMapsInDescriptorsAreSuch() throws Exception {
    FileDescriptorProto good =
        FileDescriptorProto.parseFrom(
            Base64.getDecoder()
                .decode(
                    parse("syntax='proto3'; message M { map<string, bool> m = 1; }").serialized()));
    assertThat(parse(base64(good)).canonical()).contains("map<string, bool> m = 1;");
    FileDescriptorProto.Builder above = good.toBuilder();
    above.getMessageTypeBuilder(0).getOptionsBuilder().setMapEntry(true);
    List<FileDescriptorProto> bad = new ArrayList<>(List.of(above.build()));
    List<Consumer<DescriptorProto.Builder>> changes =
        List.of(
            e -> e.getFieldBuilder(0).setName("k"),
            e -> e.getFieldBuilder(1).setNumber(3),
            e -> e.getFieldBuilder(1).setLabel(FieldDescriptorProto.Label.LABEL_REPEATED),
            e -> e.removeField(1),
            e -> e.addField(e.getField(1).toBuilder().setName("more").setNumber(3)));
    for (Consumer<DescriptorProto.Builder> change : changes) {
      FileDescriptorProto.Builder changed = good.toBuilder();
      change.accept(changed.getMessageTypeBuilder(0).getNestedTypeBuilder(0));
      bad.add(changed.build());
    }
    for (FileDescriptorProto one : bad) {
      assertThatThrownBy(() -> parse(base64(one)))
          .isInstanceOf(InvalidSchemaException.class)
          .hasMessageContaining("has option `map_entry`");
    }
  }

  private static String base64(FileDescriptorProto file) {
    return Base64.getEncoder().encodeToString(file.toByteArray());
  }

  @Test
  void messagesNestOnlySoDeep() throws Exception {
    String deepest = "message M {".repeat(100) + "}".repeat(100);
    // Those beside each other do not count.
    assertThat(parse("syntax='proto3';" + deepest + deepest.replace("M", "N")).canonical())
        .contains("message N");
    for (int levels : new int[] {101, 500}) {
      String deep = "message M {".repeat(levels) + "}".repeat(levels);
      assertThatThrownBy(() -> parse("syntax='proto3';" + deep))
          .isInstanceOf(InvalidSchemaException.class)
          .hasMessageContaining("message `M` is nested too deep: more than 100");
    }
  }

  @Test
  void proto2WantsLabels() {
    assertThatThrownBy(() -> parse("message M { int32 a = 1; }"))
        .isInstanceOf(InvalidSchemaException.class)
        .hasMessageContaining("unexpected label: int32");
  }

  @Test
  void damagedTextsAreNoSchemasOrOthersButNothingElse() throws Exception {
    Random random = Seeds.random("ProtobufSchemaTest");
    String descriptor = parse(ALL_OF_PROTO2).serialized();
    for (int i = 0; i < 3_000; i++) {
      boolean binary = i % 3 == 0;
      byte[] bytes =
          binary
              ? Base64.getDecoder().decode(descriptor)
              : (i % 3 == 1 ? ALL_OF_PROTO3 : ALL_OF_PROTO2).getBytes("UTF-8");
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        int at = random.nextInt(bytes.length);
        bytes[at] = binary ? (byte) random.nextInt() : bytes[random.nextInt(bytes.length)];
      }
      String text = binary ? Base64.getEncoder().encodeToString(bytes) : new String(bytes, "UTF-8");
      try {
        ProtobufSchema schema = parse(text);
        assertThat(parse(schema.canonical()).canonical()).isEqualTo(schema.canonical());
        assertThat(parse(schema.normalized()).normalized()).isEqualTo(schema.normalized());
        schema.faultsReading(parse(ALL_OF_PROTO2));
      } catch (InvalidSchemaException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    String deep = "message M {".repeat(20_000);
    assertThatThrownBy(() -> parse("syntax='proto3';" + deep))
        .isInstanceOf(InvalidSchemaException.class);
  }

  @Test
  void aMessageIsNoEntryOfAMapByItsNameAlone() throws Exception {
    String text =
        """
        syntax = "proto3";

        message A {
          map<string, string> tags = 1;
          B.TagsEntry best = 2;
          repeated .TagsEntry all = 3;
        }
        message B {
          message TagsEntry {
            int32 z = 1;
          }
        }
        message TagsEntry {
          int32 y = 1;
        }
        """;
    ProtobufSchema schema = ProtobufSchema.parse(text, Map.of());
    assertThat(ProtobufSchema.parse(schema.canonical(), Map.of()).file().toProto())
        .isEqualTo(schema.file().toProto());
    assertThat(schema.canonical())
        .contains("B.TagsEntry best = 2;", "map<string, string> tags = 1;");
  }

  @Test
  void namesOfFilesAreReadWithoutEnd() {
    String name = "confluent" + "/a".repeat(20_000) + ".proto";
    assertThatThrownBy(
            () -> ProtobufSchema.parse("syntax = \"proto3\"; import \"" + name + "\";", Map.of()))
        .isInstanceOf(InvalidSchemaException.class);
  }
}
