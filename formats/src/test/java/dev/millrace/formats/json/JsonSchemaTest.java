package dev.millrace.formats.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which JSON Schema reads what another allowed. */
class JsonSchemaTest {
  private static final String CLOSED =
      "{'type':'object','properties':{%s},'required':[%s],'additionalProperties':false}";

  private static List<String> faults(String reader, String writer) throws Exception {
    return JsonSchema.parse(reader.replace('\'', '"'), Map.of())
        .faultsReading(JsonSchema.parse(writer.replace('\'', '"'), Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // reader | writer | the fault, or nothing
        "{'type':'string'} | {'type':'string'} |",
        "{'type':'number'} | {'type':'integer'} |",
        "{'type':'integer'} | {'type':'number'} | TYPE_CHANGED",
        "{'type':['string','null']} | {'type':'string'} |",
        "{'type':'string'} | {'type':['string','null']} | TYPE_CHANGED",
        "{'type':'string'} | {} | TYPE_CHANGED",
        "{} | {'type':'string'} |",
        "{'title':'other','type':'string'} | {'type':'string'} |",
        "{'enum':['a','b']} | {'enum':['a']} |",
        "{'enum':['a']} | {'enum':['a','b']} | ENUM_NARROWED",
        "{'type':'string','maxLength':5} | {'type':'string','maxLength':4} |",
        "{'type':'string','maxLength':4} | {'type':'string','maxLength':5} | BOUND_NARROWED",
        "{'type':'string','maxLength':4} | {'type':'string'} | BOUND_NARROWED",
        "{'type':'integer','minimum':1} | {'type':'integer','minimum':2} |",
        "{'type':'integer','minimum':2} | {'type':'integer','minimum':1} | BOUND_NARROWED",
        "{'type':'string','pattern':'a'} | {'type':'string','pattern':'b'} | KEYWORD_CHANGED",
        "{'type':'string'} | {'type':'string','pattern':'b'} |",
        "{'type':'array','items':{'type':'number'}} | {'type':'array','items':{'type':'integer'}} |",
        "{'type':'array','items':{'type':'string'}} | {'type':'array'} | TYPE_CHANGED",
        "{'oneOf':[{'type':'string'},{'type':'null'}]} | {'type':'string'} |",
        "{'type':'string'} | {'oneOf':[{'type':'string'},{'type':'null'}]} | TYPE_CHANGED",
        "{'oneOf':[{'type':'string'}]} | {'type':'integer'} | CHOICE_REMOVED",
        "{'properties':{'a':{'type':'string'}}} | {'properties':{}} | PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
        "{'$ref':'#/$defs/n','$defs':{'n':{'type':'object','properties':{'next':{'$ref':'#/$defs/n'}}}}}"
            + " | {'$ref':'#/$defs/n','$defs':{'n':{'type':'object','properties':{'next':{'$ref':'#/$defs/n'}}}}} |",
        "{'type':'object','properties':{'n':{'$ref':'#/$defs/n'}},'$defs':{'n':{'type':'string'}}}"
            + " | {'type':'object','properties':{'n':{'type':'integer'}}} | TYPE_CHANGED",
      })
  void readsOrNot(String reader, String writer, String fault) throws Exception {
    List<String> faults = faults(reader, writer);
    if (fault == null) {
      assertThat(faults).isEmpty();
    } else {
      assertThat(faults).anyMatch(f -> f.contains(fault));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'a':{'type':'string'},'b':{'type':'string'} | 'a' | 'a':{'type':'string'} | 'a' |",
        "'a':{'type':'string'} | 'a' | 'a':{'type':'string'},'b':{'type':'string'} | 'a' | PROPERTY_REMOVED_FROM_CLOSED",
        "'a':{'type':'string'},'b':{'type':'string'} | 'a','b' | 'a':{'type':'string'} | 'a' | REQUIRED_ATTRIBUTE_ADDED",
        "'a':{'type':'string'},'b':{'default':1} | 'a','b' | 'a':{'type':'string'} | 'a' |",
        "'a':{'type':'integer'} | 'a' | 'a':{'type':'string'} | 'a' | TYPE_CHANGED",
      })
  void closedObjects(
      String properties,
      String required,
      String writtenProperties,
      String writtenRequired,
      String fault)
      throws Exception {
    readsOrNot(
        CLOSED.formatted(properties, required),
        CLOSED.formatted(writtenProperties, writtenRequired),
        fault);
  }
}
