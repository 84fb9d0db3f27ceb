package dev.millrace.jinja;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.jinja.syntax.Statement;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Undefined;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a program that uses the library can do with it. */
class EnvironmentTest {
  private static final Environment DEFAULT = Environment.builder().build();

  /** An object with attributes and a method. */
  private record Target(String name) implements Attributes {
    @Override
    public @Nullable Object attribute(String attribute) {
      return switch (attribute) {
        case "name" -> name;
        case "schema" -> null;
        case "greet" -> (Callable) arguments -> "hello " + arguments.text(0, "who");
        default -> ABSENT;
      };
    }

    @Override
    public String toString() {
      return "target " + name;
    }
  }

  @Test
  void theExampleOfTheReadme() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String expected = readme.split("```sql\n")[1].split("```")[0];

    Environment environment =
        Environment.builder()
            .global("ref", (Callable) arguments -> "main." + arguments.text(0, "name"))
            .build();
    Template template =
        environment.compile(
            "models/orders.sql",
            """
            {% macro cents(column) %}round({{ column }} / 100.0, 2){% endmacro -%}
            select id, {{ cents('amount') }} as amount
            from {{ ref('raw_orders') }}
            where status in ({% for s in statuses %}'{{ s }}'{{ ', ' if not loop.last }}{% endfor %})
            """);
    Rendered rendered = template.render(Map.of("statuses", List.of("paid", "sent")));

    assertThat(rendered.text() + "\n").isEqualTo(expected);
    assertThat(rendered.originOf(rendered.text().indexOf("raw_orders")).orElseThrow())
        .hasToString("models/orders.sql:3:6");
  }

  @Test
  void objectsShowTheirAttributesAndNoMore() {
    Map<String, Object> context = Map.of("target", new Target("dev"));
    String source =
        "{{ target.name }} {{ target['name'] }} {{ target.schema }} {{ target }}"
            + " {{ target.greet('x') }} {{ target.greet(who='y') }} {{ target.hashCode is defined }}";

    assertThat(DEFAULT.compile("t", source).render(context).text())
        .isEqualTo("dev dev None target dev hello x hello y False");
  }

  @Test
  void templatesAreValuesToo() {
    assertThat(DEFAULT.compile("t", "{{ [1, x + 1] }}").evaluate(Map.of("x", 2L)))
        .isEqualTo(List.of(1L, 3L));
    assertThat(DEFAULT.compile("t", "{{ none }}").evaluate(Map.of())).isNull();
    assertThat(DEFAULT.compile("t", "n={{ 1 }}").evaluate(Map.of())).isEqualTo("n=1");
    assertThat(DEFAULT.compile("t", "{{ nope }}").evaluate(Map.of())).isInstanceOf(Undefined.class);
    assertThat(DEFAULT.compileExpression("t", "x * 2 if x else 0").evaluate(Map.of("x", 4L)))
        .isEqualTo(8L);
  }

  @Test
  void macrosOfOneTemplateAreFunctionsOfOthers() {
    Module module =
        DEFAULT
            .compile("macros/m.sql", "{% macro f(x, y=1) %}{{ x }}{{ y }}{{ v }}{% endmacro %}")
            .module(Map.of("v", "!"));

    assertThat(module.macros()).containsOnlyKeys("f");
    assertThat(requireNonNull(module.macros().get("f")).parameters()).containsExactly("x", "y");
    assertThat(DEFAULT.compile("t", "{{ f(5) }}|{{ f(1, y=2) }}").render(module.exported()).text())
        .isEqualTo("51!|12!");
  }

  @Test
  void macrosCanReturnValues() {
    Callable returns =
        arguments -> {
          throw new MacroReturn(arguments.at(0));
        };
    String source =
        "{% macro f(xs) %}text{% for x in xs %}{% if x > 1 %}{{ return([x]) }}{% endif %}"
            + "{% endfor %}{% endmacro %}{{ f([1, 2])[0] + 1 }} {{ f([3]) }} {{ f([]) }}";

    assertThat(DEFAULT.compile("t", source).render(Map.of("return", returns)).text())
        .isEqualTo("3 [3] text");
  }

  @Test
  void aReturnInTheBodyOfACallBlockEndsTheMacroThatCallsIt() {
    Callable returns =
        arguments -> {
          throw new MacroReturn(arguments.at(0));
        };
    String source =
        "{% macro m() %}<{{ caller() }}>{% endmacro %}"
            + "{% macro f() %}{% call m() %}{{ return(7) }}{% endcall %}{% endmacro %}{{ f() }}";

    assertThat(DEFAULT.compile("t", source).render(Map.of("return", returns)).text())
        .isEqualTo("7");
  }

  @Test
  void unboundMacrosGoThroughTheContext() {
    Environment environment = Environment.builder().bindMacros(false).build();
    Map<String, @Nullable Object> context = new HashMap<>();
    context.putAll(
        environment
            .compile("p", "{% macro a() %}a{{ b() }}{% endmacro %}{% macro b() %}b{% endmacro %}")
            .module(context)
            .exported());
    context.put("b", (Callable) arguments -> "B");

    assertThat(environment.compile("t", "{{ a() }}").render(context).text()).isEqualTo("aB");
  }

  @Test
  void customTagsBecomeStatements() {
    Environment environment =
        Environment.builder()
            .tag(
                "test",
                (parser, offset) ->
                    new Statement.Macro(
                        offset,
                        "test_" + parser.name(),
                        parser.parameters(),
                        parser.body("endtest")))
            .build();
    Module module =
        environment
            .compile("t", "{% test unique(model, c) %}select {{ c }} from {{ model }}{% endtest %}")
            .module(Map.of());

    Macro macro = requireNonNull(module.macros().get("test_unique"));
    assertThat(macro.call(Arguments.of("m", "x"))).isEqualTo("select x from m");
  }

  @Test
  void customFiltersAndTests() {
    Environment environment =
        Environment.builder()
            .filter("twice", (evaluation, value, arguments) -> value + "" + value)
            .test("short", (evaluation, value, arguments) -> String.valueOf(value).length() < 3)
            .build();

    assertThat(
            environment.compile("t", "{{ 'ab'|twice }}{{ 'ab' is short }}").render(Map.of()).text())
        .isEqualTo("ababTrue");
  }

  @Test
  void lenientUndefinedCanBeCalled() {
    Environment environment = Environment.builder().undefined(Undefined.Behaviour.LENIENT).build();

    assertThat(environment.compile("t", "[{{ a.b('x').c[0](1) }}]").render(Map.of()).text())
        .isEqualTo("[]");
  }

  @Test
  void templatesAreFoundByName() {
    Environment environment =
        Environment.builder().loader(Loader.of(Map.of("a", "A{{ x }}"))).build();

    assertThat(environment.template("a").render(Map.of("x", 1L)).text()).isEqualTo("A1");
    assertThat(environment.template("a")).isSameAs(environment.template("a"));
    assertThatThrownBy(() -> environment.template("b"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("'b' not found");
  }

  @Test
  void oneTemplateRendersInManyThreads() throws Exception {
    Template template =
        DEFAULT.compile(
            "t",
            "{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}"
                + "{% endfor %}{{ ns.n }}");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<String>> results = new ArrayList<>();
      for (long i = 0; i < 200; i++) {
        long n = i;
        results.add(threads.submit(() -> template.render(Map.of("n", n)).text()));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(results.get(i).get()).isEqualTo(String.valueOf(i * (i - 1L) / 2));
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aLibraryOfMacrosIsCompiledWithoutWhatStandsAround() {
    Template library =
        Environment.builder()
            .build()
            .compileMacros(
                "m.sql",
                "{{ nobody() }}{% macro a(x, y=1) %}{{ x }}{% endmacro %}"
                    + "{% macro b() %}{{ 1 | unknown }}{% endmacro %}");
    assertThat(library.macros())
        .extracting(m -> m.name() + m.parameters() + m.optional() + "@" + m.offset())
        .containsExactly("a[x, y]1@14", "b[]0@56");
    Module module = library.module(Map.of());
    assertThat(Objects.requireNonNull(module.macros().get("a")).call(Arguments.of("text")))
        .isEqualTo("text");
    assertThatThrownBy(() -> Objects.requireNonNull(module.macros().get("b")).call(Arguments.NONE))
        .hasMessageContaining("No filter named 'unknown'");
  }
}
