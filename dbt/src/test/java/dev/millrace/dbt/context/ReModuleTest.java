package dev.millrace.dbt.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Python's {@code re} takes and Java's does not. */
class ReModuleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{{(.*?)}}|a {{x}} b {{y}}|['x', 'y']",
        "x{2}|x xx xxx|['xx', 'xx']",
        "x{,2}y|xxxy y|['xxy', 'y']",
        "[{]{|a{{|['{{']",
        "\\{(?P<name>\\w+)}|{one}|['one']",
      })
  void findsWhatPythonFinds(String pattern, String text, String found) {
    Callable findall = (Callable) Objects.requireNonNull(ReModule.ALL.get("findall"));
    assertThat(Printing.str(findall.call(Arguments.of(pattern, text)))).isEqualTo(found);
  }
}
