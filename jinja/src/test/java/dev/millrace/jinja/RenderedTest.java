package dev.millrace.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The source map of what was rendered. */
class RenderedTest {
  private static Origin at(Rendered rendered, String part) {
    int offset = rendered.text().indexOf(part);
    assertThat(offset).as("%s in %s", part, rendered.text()).isNotNegative();
    return rendered.originOf(offset).orElseThrow();
  }

  private static Rendered render(String source, Map<String, String> others) {
    return Environment.builder()
        .loader(Loader.of(others))
        .build()
        .compile("models/m.sql", source)
        .render(Map.of("x", "value", "rows", List.of(1L, 2L)));
  }

  @Test
  void literalTextMapsToItsCharacter() {
    String source = "{% set a = 1 %}\nselect {{ x }},\n  b\nfrom t\n";
    Rendered rendered = render(source, Map.of());

    assertThat(rendered.text()).isEqualTo("\nselect value,\n  b\nfrom t");
    assertThat(at(rendered, "select")).hasToString("models/m.sql:2:1");
    assertThat(at(rendered, "lect")).hasToString("models/m.sql:2:3");
    assertThat(at(rendered, "b\n")).hasToString("models/m.sql:3:3");
    assertThat(at(rendered, "t").line()).isEqualTo(2);
    assertThat(rendered.originOf(rendered.text().length()).orElseThrow())
        .hasToString("models/m.sql:4:6");
  }

  @Test
  void outputOfAnExpressionMapsToItsStart() {
    Rendered rendered = render("a\n  {{ x }}b", Map.of());

    assertThat(at(rendered, "value")).hasToString("models/m.sql:2:3");
    assertThat(at(rendered, "lue")).hasToString("models/m.sql:2:3");
    assertThat(at(rendered, "b")).hasToString("models/m.sql:2:10");
  }

  @Test
  void whiteSpaceControlKeepsTheMapExact() {
    Rendered rendered =
        render(
            "{%- for r in rows -%}\n  r{{ r }}\n{%- if not loop.last %},{% endif %}\n{% endfor %}z",
            Map.of());

    assertThat(at(rendered, "r1")).hasToString("models/m.sql:2:3");
    assertThat(at(rendered, "r2")).hasToString("models/m.sql:2:3");
    assertThat(at(rendered, ",")).hasToString("models/m.sql:3:24");
    assertThat(at(rendered, "z")).hasToString("models/m.sql:4:13");
  }

  @Test
  void windowsLineEndsDoNotShiftLines() {
    Rendered rendered = render("a\r\nb\r\n  c", Map.of());

    assertThat(at(rendered, "c")).hasToString("models/m.sql:3:3");
  }

  @Test
  void macroOutputMapsToTheCallAndKnowsTheMacro() {
    Rendered rendered =
        render(
            "{% from 'macros/a.sql' import cents %}\nselect {{ cents('c') }}",
            Map.of(
                "macros/a.sql",
                "{% macro inner(c) %}\n  round({{ c }})\n{% endmacro %}\n"
                    + "{% macro cents(c) %}{{ inner(c) }} / 100{% endmacro %}"));

    Origin origin = at(rendered, "round");
    assertThat(origin).hasToString("models/m.sql:2:11");
    assertThat(origin.inner())
        .extracting(Origin::toString)
        .containsExactly("macros/a.sql:4:24", "macros/a.sql:2:3");
    assertThat(at(rendered, "/ 100").inner())
        .extracting(Origin::toString)
        .containsExactly("macros/a.sql:4:36");
  }

  @Test
  void includedAndInheritedTextMapsToItsTemplate() {
    Rendered rendered =
        render(
            "{% extends 'base' %}{% block b %}own{% include 'part' %}{% endblock %}",
            Map.of("base", "head {% block b %}{% endblock %} tail", "part", "\npart"));

    assertThat(at(rendered, "head")).hasToString("base:1:1");
    assertThat(at(rendered, "own")).hasToString("models/m.sql:1:34");
    assertThat(at(rendered, "part")).hasToString("part:2:1");
    assertThat(at(rendered, "tail")).hasToString("base:1:34");
  }

  @Test
  void offsetsOutsideOfTheTextHaveNoOrigin() {
    Rendered rendered = render("abc", Map.of());

    assertThat(rendered.originOf(-1)).isEmpty();
    assertThat(rendered.originOf(4)).isEmpty();
    assertThat(render("", Map.of()).originOf(0)).isEmpty();
  }
}
