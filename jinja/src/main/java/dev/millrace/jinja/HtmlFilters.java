package dev.millrace.jinja;

import dev.millrace.jinja.value.Json;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.SafeString;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Undefined;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters for HTML, JSON and addresses. */
final class HtmlFilters {
  private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("<.*?>", Pattern.DOTALL);
  private static final Pattern BAD_KEY = Pattern.compile("[\\s/>=]");

  static final Map<String, Filter> ALL =
      new FilterTable()
          .add("escape()", (e, v, a) -> SafeString.escape(v))
          .alias("e", "escape")
          .add("forceescape()", (e, v, a) -> SafeString.escape(Printing.str(v)))
          .add("safe()", (e, v, a) -> new SafeString(Printing.str(v)))
          .add("striptags()", (e, v, a) -> stripTags(Printing.str(v)))
          .add("tojson(indent=None)", (e, v, a) -> toJson(v, a[0]))
          .add("urlencode()", (e, v, a) -> urlEncode(v))
          .add("xmlattr(autospace=True)", HtmlFilters::attributes)
          .build();

  private HtmlFilters() {}

  private static String stripTags(String text) {
    String plain = TAG.matcher(COMMENT.matcher(text).replaceAll("")).replaceAll("");
    plain = plain.trim().replaceAll("\\s+", " ");
    return plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u00a0")
        .replace("&amp;", "&");
  }

  private static Object toJson(@Nullable Object value, @Nullable Object indent) {
    String json = Json.write(value, true, indent == null ? -1 : Numbers.toInt(indent));
    return new SafeString(
        json.replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .replace("&", "\\u0026")
            .replace("'", "\\u0027"));
  }

  private static String quote(@Nullable Object value, String alsoKept) {
    StringBuilder out = new StringBuilder();
    for (byte b : Printing.str(value).getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean keeps =
          (c < 128 && Character.isLetterOrDigit(c))
              || "_.-~".indexOf(c) >= 0
              || alsoKept.indexOf(c) >= 0;
      out.append(keeps ? String.valueOf(c) : String.format("%%%02X", (int) c));
    }
    return out.toString();
  }

  private static String urlEncode(@Nullable Object value) {
    if (value instanceof CharSequence || !Sequences.isIterable(value)) {
      return quote(value, "/");
    }
    List<String> pairs = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, item) -> pairs.add(pair(key, item)));
    } else {
      for (Object item : Sequences.list(value)) {
        List<@Nullable Object> pair = Sequences.list(item);
        if (pair.size() != 2) {
          throw PythonError.value("urlencode needs pairs");
        }
        pairs.add(pair(pair.get(0), pair.get(1)));
      }
    }
    return String.join("&", pairs);
  }

  private static String pair(@Nullable Object key, @Nullable Object value) {
    return quote(key, "").replace("%20", "+") + "=" + quote(value, "").replace("%20", "+");
  }

  private static Object attributes(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new PythonError("AttributeError", "xmlattr needs a dict");
    }
    List<String> items = new ArrayList<>();
    map.forEach(
        (key, item) -> {
          if (item == null || item instanceof Undefined) {
            return;
          }
          String name = Printing.str(key);
          if (BAD_KEY.matcher(name).find()) {
            throw PythonError.value("Invalid character in attribute name: " + Printing.repr(key));
          }
          items.add(SafeString.escape(key) + "=\"" + SafeString.escape(item) + "\"");
        });
    String text = String.join(" ", items);
    if (Operators.truth(a[0]) && !text.isEmpty()) {
      text = " " + text;
    }
    return evaluation.autoescape() ? new SafeString(text) : text;
  }
}
