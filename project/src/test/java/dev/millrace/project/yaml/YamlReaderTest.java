package dev.millrace.project.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.TextFile;
import dev.millrace.testing.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlReaderTest {
  private final Problems problems = new Problems();

  private Optional<YamlNode> read(String text) {
    return YamlReader.read(new TextFile("a.yml", text), problems);
  }

  private @Nullable Object plain(String text) {
    YamlNode node = read(text).orElseThrow();
    assertThat(problems.all()).isEmpty();
    return node.plain();
  }

  private List<String> messages() {
    return problems.all().stream().map(Problem::toString).toList();
  }

  @Test
  void readsScalarsByTheCoreSchema() {
    assertThat(plain("[1, -2, 0x10, 0o17, 1.5, 1e3, true, False, 'true', yes, 1_000, '', ~]"))
        .isEqualTo(
            List.of(1L, -2L, 16L, 15L, 1.5, 1000.0, true, false, "true", "yes", "1_000", ""));
  }

  @Test
  void keepsTheOrderOfKeysAndLeavesOutThoseWithoutAValue() {
    assertThat(plain("b: 1\na: 2\nc:\n")).hasToString("{b=1, a=2}");
  }

  @Test
  void knowsThePlaceOfEveryKeyAndValue() {
    YamlNode.Mapping root =
        (YamlNode.Mapping) read("# 🌊\nname:  \"😀 x\"\nlist: [a, bb]\n").orElseThrow();
    assertThat(root.entries().get(0).key().where()).isEqualTo(new SourceLocation("a.yml", 2, 1, 4));
    assertThat(root.entries().get(0).value().where())
        .isEqualTo(new SourceLocation("a.yml", 2, 8, 6));
    YamlNode.Sequence list = (YamlNode.Sequence) root.entries().get(1).value();
    assertThat(list.items().get(1).where()).isEqualTo(new SourceLocation("a.yml", 3, 11, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "'k: some text', 5, 1, 9",
    "'k: \"some text\"', 5, 1, 10",
    "'k: ''some text''', 5, 1, 10",
    "'k: |\n  some\n  text\n', 5, 3, 3",
    "'k: >\n  some\n  text\n', 5, 3, 3",
    "'k: >-\n\n  some\n   text\n', 7, 4, 4",
    "'k: some\n  text', 5, 2, 3",
    // An escape breaks the alignment, so the place is the whole text's.
    "'k: \"s\\u006fme text\"', 5, 1, 4",
  })
  void findsAStretchOfAText(String yaml, int offset, int line, int column) {
    YamlNode.Mapping root = (YamlNode.Mapping) read(yaml).orElseThrow();
    YamlNode.Scalar text = (YamlNode.Scalar) root.entries().get(0).value();
    SourceLocation where = text.places().locate(offset, 4);
    assertThat(where.line()).isEqualTo(line);
    assertThat(where.column()).isEqualTo(column);
  }

  @Test
  void resolvesAliasesAndMergeKeys() {
    assertThat(plain("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}\n"))
        .isEqualTo(
            Map.of(
                "a",
                Map.of("p", 1L, "q", 2L),
                "b",
                Map.of("p", 1L, "q", 2L),
                "c",
                Map.of("q", 3L, "p", 1L)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "'a: 1\na: 2' ~ a.yml:2:1: key `a` is here twice - the first one is in line 1 [DUPLICATE_KEY]",
        "'a:\n\tb: 1' ~ a.yml:2:1: a tab cannot indent YAML - use spaces [YAML_SYNTAX]",
        "'a: b: c' ~ a.yml:1:5: a `:` where no key can stand - quote a text that contains `: `, or check the indentation [YAML_SYNTAX]",
        "'a: {b: 1' ~ a.yml:1:9: expected `,` or `}` - the bracket was opened at line 1, column 4 [YAML_SYNTAX]",
        "'a: [1, 2\nb: 3' ~ a.yml:2:2: expected `,` or `]` - the bracket was opened at line 1, column 4 [YAML_SYNTAX]",
        "'a: \"b' ~ a.yml:1:4: a quote is never closed - add the closing quote [YAML_SYNTAX]",
        "'a: *b' ~ a.yml:1:4: no anchor `&b` before this alias [YAML_SYNTAX]",
        "'a: &a [*a]' ~ a.yml:1:8: no anchor `&a` before this alias [YAML_SYNTAX]",
        "'a: {{ b }}' ~ a.yml:1:5: a key is a block of keys - a template must stand in quotes: `\"{{ ... }}\"` [YAML_SYNTAX]",
        "'a: 1\n---\nb: 1' ~ a.yml:2:1: a second document in one file - use a file for each [YAML_SYNTAX]",
        "'a: 1\n b: 2' ~ a.yml:2:3: a `:` where no key can stand - quote a text that contains `: `, or check the indentation [YAML_SYNTAX]",
        "'a:\n  - x\n b: 2' ~ a.yml:3:2: the indentation does not fit the lines before - keys of one block begin in one column [YAML_SYNTAX]",
      })
  void saysWhatIsWrong(String yaml, String message) {
    read(yaml);
    assertThat(messages()).containsExactly(message);
  }

  @Test
  void boundsAliasesThatMultiply() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      yaml.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
    }
    read(yaml.toString());
    assertThat(messages()).singleElement().asString().contains("more than 200000 values");
  }

  @Test
  void boundsDepth() {
    read("[".repeat(100_000));
    assertThat(messages()).singleElement().asString().contains("nested more than 100 deep");
  }

  @Test
  void neverFailsOtherwiseThanWithAProblem() {
    long seed = Seeds.next("YamlReaderTest");
    Random random = new Random(seed);
    String alphabet = " \n\t:-[]{},&*!|>'\"%@`#?~<abc01\u0000\u0085\uFEFF😀";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder yaml = new StringBuilder();
      for (int length = random.nextInt(30); length > 0; length--) {
        yaml.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Problems own = new Problems();
      Optional<YamlNode> node = Optional.empty();
      try {
        node = YamlReader.read(new TextFile("a.yml", yaml.toString()), own);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + yaml, e);
      }
      node.ifPresent(YamlNode::plain);
    }
  }
}
