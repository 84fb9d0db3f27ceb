package dev.millrace.api.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GlobTest {
  @Test
  void matchesPaths() {
    assertThat(matches("*.csv", "a.csv")).isTrue();
    assertThat(matches("*.csv", "b/a.csv")).isFalse();
    assertThat(matches("**/*.csv", "a.csv")).isTrue();
    assertThat(matches("**/*.csv", "x/y/a.csv")).isTrue();
    assertThat(matches("cdr/**/*.{csv,json}.gz", "cdr/a.json.gz")).isTrue();
    assertThat(matches("cdr/**/*.{csv,json}.gz", "cdr/a.xml.gz")).isFalse();
    assertThat(matches("cdr/**", "cdr/x/y")).isTrue();
    assertThat(matches("cdr/**", "cdr")).isFalse();
    assertThat(matches("f[0-9]?.t+t", "f3x.t+t")).isTrue();
    assertThat(matches("f[!0-9]", "f3")).isFalse();
    assertThat(matches("/a/./b", "a/b")).isTrue();
    assertThat(matches("**", "x/y/a.csv")).isTrue();
    assertThat(matches("x/**", "y/a.csv")).isFalse();
    assertThat(matches("x/**/a.csv", "x/a.csv")).isTrue();
    assertThat(matches("x/**/a.csv", "xa.csv")).isFalse();
    assertThat(matches("a?.csv", "a/.csv")).isFalse();
    assertThat(matches("[!a-c].csv", "b.csv")).isFalse();
    assertThat(matches("[!a-c].csv", "d.csv")).isTrue();
    assertThat(matches("[[&&]a", "&a")).isTrue();
    assertThat(matches("{a,b*}.csv", "bx.csv")).isTrue();
    assertThat(matches("a+(b).csv*", "a+(b).csv.gz")).isTrue();
    assertThat(matches("a.csv*", "abcsv")).isFalse();
    assertThat(matches("ä*.csv", "äö.csv")).isTrue();
    assertThat(matches("a*", "a\nb")).isTrue();
  }

  @Test
  void knowsWhichFoldersMatter() {
    assertThat(new Glob("cdr/20*/*.csv").mayMatchBelow("cdr")).isTrue();
    assertThat(new Glob("cdr/20*/*.csv").mayMatchBelow("cdr/2026")).isTrue();
    assertThat(new Glob("cdr/20*/*.csv").mayMatchBelow("cdr/2026/11")).isFalse();
    assertThat(new Glob("cdr/20*/*.csv").mayMatchBelow("other")).isFalse();
    assertThat(new Glob("cdr/**/*.csv").mayMatchBelow("cdr/a/b/c")).isTrue();
    assertThat(new Glob("*.csv").mayMatchBelow("a")).isFalse();
    assertThat(new Glob("*.csv").mayMatchBelow("")).isTrue();
    assertThat(new Glob("cdr/**").mayMatchBelow("cdr")).isTrue();
    assertThat(new Glob("cdr/**").mayMatchBelow("cdr/a")).isTrue();
    assertThat(new Glob("cdr/a.csv").mayMatchBelow("cdr/a.csv/b")).isFalse();
  }

  @Test
  void refusesWhatIsNone() {
    for (String pattern : new String[] {"", "a[b", "{a", "{a{b}}"}) {
      assertThatThrownBy(() -> new Glob(pattern))
          .as(pattern)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static boolean matches(String pattern, String path) {
    return new Glob(pattern).matches(path);
  }
}
