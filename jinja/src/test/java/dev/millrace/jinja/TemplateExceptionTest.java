package dev.millrace.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.PythonError;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Errors say where, why, what to do, and by which way they were reached. */
class TemplateExceptionTest {
  private static TemplateException error(String source, Map<String, ?> context) {
    return error(source, context, Map.of());
  }

  private static TemplateException error(
      String source, Map<String, ?> context, Map<String, String> others) {
    Environment environment = Environment.builder().loader(Loader.of(others)).build();
    TemplateException thrown =
        catchThrowableOfType(
            TemplateException.class,
            () -> environment.compile("models/m.sql", source).render(context));
    assertThat(thrown).isNotNull();
    return thrown;
  }

  @Test
  void syntaxErrorsHaveLineAndColumn() {
    TemplateException error = error("select\n  {{ a ? b }}", Map.of());

    assertThat(error.line()).isEqualTo(2);
    assertThat(error.column()).isEqualTo(8);
    assertThat(error.type()).isEqualTo("TemplateSyntaxError");
    assertThat(error.hint()).hasValue("a condition is written: a if c else b");
    assertThat(error).hasMessageStartingWith("models/m.sql:2:8: unexpected char '?'");
  }

  @Test
  void anUnclosedBlockIsShownWhereItOpens() {
    TemplateException error = error("a\n  {% if x %}\nb\nc", Map.of());

    assertThat(error.line()).isEqualTo(2);
    assertThat(error.column()).isEqualTo(6);
    assertThat(error.problem()).contains("'endif'");
  }

  @Test
  void unknownNamesGetASuggestion() {
    assertThat(error("{{ reff('x') }}", Map.of("ref", (Callable) a -> "t")).hint())
        .hasValue("did you mean 'ref'?");
    assertThat(error("{{ x|uper }}", Map.of()).hint()).hasValue("did you mean 'upper'?");
    assertThat(error("{{ x is defned }}", Map.of()).hint()).hasValue("did you mean 'defined'?");
  }

  @Test
  void theWayThroughMacrosAndIncludesIsToldInnermostFirst() {
    TemplateException error =
        error(
            "{% from 'a.sql' import outer %}\n\n  {{ outer() }}",
            Map.of(),
            Map.of(
                "a.sql",
                "{% macro inner() %}\n{{ nope.x }}{% endmacro %}\n"
                    + "{% macro outer() %}{{ inner() }}{% endmacro %}"));

    assertThat(error.template()).isEqualTo("a.sql");
    assertThat(error.line()).isEqualTo(2);
    assertThat(error.column()).isEqualTo(4);
    assertThat(error.stack())
        .extracting(TemplateFrame::toString)
        .containsExactly("a.sql:3:23 (macro 'inner')", "models/m.sql:3:6 (macro 'outer')");
    assertThat(error)
        .hasMessage(
            "a.sql:2:4: 'nope' is undefined\n"
                + "  from a.sql:3:23 (macro 'inner')\n"
                + "  from models/m.sql:3:6 (macro 'outer')");
  }

  @Test
  void whatFunctionsThrowIsToldAtTheirCall() {
    IllegalStateException cause = new IllegalStateException("no relation 'x'");
    Callable broken =
        arguments -> {
          throw cause;
        };
    TemplateException error = error("select *\nfrom {{ ref('x') }}", Map.of("ref", broken));

    assertThat(error.line()).isEqualTo(2);
    assertThat(error.column()).isEqualTo(9);
    assertThat(error.problem()).isEqualTo("no relation 'x'");
    assertThat(error).hasCause(cause);

    Callable refusing =
        arguments -> {
          throw PythonError.value("needs a name");
        };
    assertThat(error("{{ f() }}", Map.of("f", refusing)).type()).isEqualTo("ValueError");
  }

  @Test
  void endlessRecursionIsAnError() {
    TemplateException error = error("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", Map.of());

    assertThat(error.type()).isEqualTo("RecursionError");
  }

  @Test
  void deepNestingIsAnError() {
    String deep = "(".repeat(100_000) + "1" + ")".repeat(100_000);
    TemplateException error = error("{{ " + deep + " }}", Map.of());

    assertThat(error.problem()).isEqualTo("the template is nested too deeply");
  }

  @Test
  void loopControlsBelongInLoops() {
    assertThat(error("a{% break %}", Map.of()).problem()).isEqualTo("'break' outside of a loop");
    assertThat(
            error(
                    "{% for x in y %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}",
                    Map.of())
                .problem())
        .isEqualTo("'continue' outside of a loop");
  }

  @Test
  void aReturnOutsideOfAMacroIsAnError() {
    Callable returns =
        (Arguments arguments) -> {
          throw new MacroReturn(arguments.at(0));
        };
    assertThat(error("{{ return(1) }}", Map.of("return", returns)).problem())
        .isEqualTo("return outside of a macro");
  }
}
