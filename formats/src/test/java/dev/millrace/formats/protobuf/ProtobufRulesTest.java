package dev.millrace.formats.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which .proto file reads what was written with another. */
class ProtobufRulesTest {
  private static List<String> faults(String reader, String writer) throws Exception {
    return ProtobufSchema.parse(reader, Map.of())
        .faultsReading(ProtobufSchema.parse(writer, Map.of()));
  }

  private static void readsOrNot(String reader, String writer, @Nullable String fault)
      throws Exception {
    List<String> faults = faults(reader, writer);
    if (fault == null) {
      assertThat(faults).isEmpty();
    } else {
      assertThat(faults).hasSize(1);
      assertThat(faults.get(0)).startsWith("{errorType:'" + fault + "', description:'at path '#/");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The fields of the reader's message | of the writer's | the fault, or nothing
        "int32 a = 1; | int32 a = 1; |",
        "int32 a = 1; int32 b = 2; | int32 a = 1; |",
        "int32 a = 1; | int32 a = 1; int32 b = 2; |",
        "int32 other = 1; | int32 a = 1; |",
        "int32 a = 2; | int32 a = 1; |",
        "optional int32 a = 1; | int32 a = 1; |",
        // What is written alike.
        "int64 a = 1; | int32 a = 1; |",
        "bool a = 1; | uint64 a = 1; |",
        "E a = 1; enum E { Z = 0; } | uint32 a = 1; |",
        "int32 a = 1; | E a = 1; enum E { Z = 0; } |",
        "sint64 a = 1; | sint32 a = 1; |",
        "string a = 1; | bytes a = 1; |",
        "fixed32 a = 1; | sfixed32 a = 1; |",
        "fixed64 a = 1; | sfixed64 a = 1; |",
        // What is not.
        "sint32 a = 1; | int32 a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "string a = 1; | int32 a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "float a = 1; | double a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "fixed32 a = 1; | fixed64 a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "float a = 1; | fixed32 a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "string a = 1; | E a = 1; enum E { Z = 0; } | FIELD_SCALAR_KIND_CHANGED",
        "N a = 1; message N {} | int32 a = 1; message N {} | FIELD_KIND_CHANGED",
        "map<string, int32> a = 1; | string a = 1; | FIELD_KIND_CHANGED",
        "map<string, int32> a = 1; | map<string, int64> a = 1; |",
        "map<string, int32> a = 1; | map<int32, int32> a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "map<string, N> a = 1; message N {} | map<string, int32> a = 1; message N {} | FIELD_KIND_CHANGED",
        "N a = 1; message N {} message O {} | O a = 1; message N {} message O {} | FIELD_NAMED_TYPE_CHANGED",
        // One or many.
        "repeated string a = 1; | string a = 1; |",
        "repeated N a = 1; message N {} | N a = 1; message N {} |",
        "repeated int32 a = 1; | int32 a = 1; | FIELD_NUMERIC_LABEL_CHANGED",
        "double a = 1; | repeated double a = 1; | FIELD_NUMERIC_LABEL_CHANGED",
        // Messages and enumerations.
        "int32 a = 1; | int32 a = 1; message N {} | MESSAGE_REMOVED",
        "int32 a = 1; message N {} | int32 a = 1; |",
        "int32 a = 1; | int32 a = 1; enum E { Z = 0; } |",
        "enum E { Z = 0; B = 2; } | enum E { Z = 0; A = 1; } |",
        "message N { string x = 1; } | message N { int32 x = 1; } | FIELD_SCALAR_KIND_CHANGED",
        "message N { string x = 1; N n = 2; } | message N { int32 x = 1; N n = 2; } | FIELD_SCALAR_KIND_CHANGED",
        "N n = 1; message N { string x = 1; } | N n = 1; message N { int32 x = 1; } | FIELD_SCALAR_KIND_CHANGED",
        "message N {} message M {} | message M {} message N {} |",
        // Choices.
        "oneof o { int32 a = 1; } | int32 a = 1; |",
        "oneof o { int32 a = 1; int32 b = 2; } | int32 a = 1; |",
        "oneof o { int32 a = 1; int32 b = 2; } | int32 a = 1; int32 b = 2; | MULTIPLE_FIELDS_MOVED_TO_ONEOF",
        "oneof o { int32 a = 1; int32 b = 2; } | int32 a = 1; oneof o { int32 b = 2; } | FIELD_MOVED_TO_EXISTING_ONEOF",
        "oneof o { int32 a = 1; int32 b = 2; } | oneof p { int32 a = 1; } oneof o { int32 b = 2; } | FIELD_MOVED_TO_EXISTING_ONEOF",
        "int32 a = 1; int32 b = 2; | oneof o { int32 a = 1; int32 b = 2; } |",
        "oneof o { int32 a = 1; } | oneof o { int32 a = 1; int32 b = 2; } | ONEOF_FIELD_REMOVED",
        "oneof o { int32 a = 1; } int32 b = 2; | oneof o { int32 a = 1; int32 b = 2; } |",
        "oneof o { int32 a = 1; int32 b = 2; } | oneof o { int32 a = 1; } |",
        "int32 c = 3; | int32 c = 3; oneof o { int32 a = 1; } |",
        "oneof p { int32 a = 1; } | oneof o { int32 a = 1; } |",
        "oneof o { string a = 1; } | int32 a = 1; | FIELD_SCALAR_KIND_CHANGED",
        "optional int32 a = 1; optional int32 b = 2; | int32 a = 1; int32 b = 2; |",
      })
  void fieldsAreReadOrNot(String reader, String writer, @Nullable String fault) throws Exception {
    String file = "syntax = 'proto3'; message Row { %s }";
    readsOrNot(file.formatted(reader), file.formatted(writer), fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "optional int32 a = 1; required int32 b = 2; | optional int32 a = 1; | REQUIRED_FIELD_ADDED",
        "optional int32 a = 1; | optional int32 a = 1; required int32 b = 2; | REQUIRED_FIELD_REMOVED",
        "required int32 a = 1; | optional int32 a = 1; | REQUIRED_FIELD_ADDED",
        "optional int32 a = 1; | required int32 a = 1; |",
        "optional int32 a = 1 [default = 7]; | optional int32 a = 1; |",
        "repeated group G = 1 { optional int32 x = 1; } | repeated group G = 1 { optional int64 x = 1; } |",
        "optional G g = 1; message G {} | optional group G = 1 {} | FIELD_KIND_CHANGED",
      })
  void fieldsOfProto2AreReadOrNot(String reader, String writer, @Nullable String fault)
      throws Exception {
    String file = "syntax = 'proto2'; message Row { %s }";
    readsOrNot(file.formatted(reader), file.formatted(writer), fault);
  }

  @Test
  void filesAreReadOrNot() throws Exception {
    readsOrNot(
        "syntax='proto3'; package p; message M {}",
        "syntax='proto3'; package q; message M {}",
        "PACKAGE_CHANGED");
    readsOrNot(
        "syntax='proto3'; message M {}",
        "syntax='proto3'; message M {} message N {}",
        "MESSAGE_REMOVED");
    readsOrNot(
        "syntax='proto3'; package p; message M { .p.N n = 1; } message N {}",
        "syntax='proto3'; package p; message M { N n = 1; } message N {}",
        null);
    readsOrNot(
        "syntax='proto3'; import 'google/protobuf/timestamp.proto'; message M { google.protobuf.Timestamp t = 1; }",
        "syntax='proto3'; import 'google/protobuf/duration.proto'; message M { google.protobuf.Duration t = 1; }",
        "FIELD_NAMED_TYPE_CHANGED");
  }

  @Test
  void aMessageOfAnotherFileIsComparedToo() throws Exception {
    String file =
        "syntax='proto3'; import 'n.proto'; message M { map<string, q.N> n = 1; repeated q.N m = 2; }";
    String other = "syntax='proto3'; package q; message N { %s x = 1; N next = 2; }";
    ProtobufSchema before = ProtobufSchema.parse(file, Map.of("n.proto", other.formatted("int32")));
    ProtobufSchema wider = ProtobufSchema.parse(file, Map.of("n.proto", other.formatted("int64")));
    ProtobufSchema text = ProtobufSchema.parse(file, Map.of("n.proto", other.formatted("string")));
    assertThat(wider.faultsReading(before)).isEmpty();
    assertThat(text.faultsReading(before))
        .containsExactly(
            "{errorType:'FIELD_SCALAR_KIND_CHANGED', description:'at path '#/N/1': field `x` was"
                + " `int32` and is `string`'}");
  }

  @Test
  void messagesMayLeadToOthersForLong() throws Exception {
    StringBuilder chain = new StringBuilder("syntax = \"proto3\";");
    int length = 20_000;
    for (int i = 0; i < length; i++) {
      chain.append(" message M%d { M%d next = 1; }".formatted(i, i + 1));
    }
    String end = " message M" + length + " { %s last = 1; }";
    assertThat(faults(chain + end.formatted("string"), chain + end.formatted("int32")))
        .singleElement()
        .asString()
        .contains("FIELD_SCALAR_KIND_CHANGED");
  }
}
