package dev.millrace.dbt.load;

import dev.millrace.jinja.value.Printing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The names of a generic test, made of its arguments as dbt does.
 *
 * @param shortName at most 63 characters: what its relation and its file are called
 * @param fullName part of its id
 */
record TestNames(String shortName, String fullName) {
  private static final Pattern OTHER = Pattern.compile("[^0-9a-zA-Z_]+");

  static TestNames of(
      String kind, String target, Map<String, ? extends @Nullable Object> arguments) {
    List<String> parts = new ArrayList<>();
    new TreeMap<>(arguments)
        .forEach(
            (name, value) -> {
              if (name.equals("model")) {
                return;
              }
              Iterable<?> values =
                  value instanceof Map<?, ?> map
                      ? map.values()
                      : value instanceof List<?> list ? list : Values.list(value);
              if (value == null) {
                parts.add("None");
              }
              values.forEach(part -> parts.add(Printing.str(part)));
            });
    String unique =
        parts.stream().map(p -> OTHER.matcher(p).replaceAll("_")).collect(Collectors.joining("__"));
    String identifier = kind + "_" + target;
    String full = identifier + "_" + unique;
    if (full.length() < 64) {
      return new TestNames(full, full);
    }
    String start = identifier.length() > 30 ? identifier.substring(0, 30) : identifier;
    return new TestNames(start + "_" + md5(full), full);
  }

  /** What tells apart tests whose names are the same. */
  static String hash(
      String name,
      Optional<String> namespace,
      String test,
      Map<String, ? extends @Nullable Object> arguments) {
    Map<String, @Nullable Object> metadata = new TreeMap<>();
    metadata.put("namespace", namespace.orElse(null));
    metadata.put("name", test);
    metadata.put("kwargs", arguments);
    String hash = md5(name + Printing.repr(texts(metadata)));
    return hash.substring(hash.length() - 10);
  }

  private static @Nullable Object texts(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> texts = new TreeMap<>();
      map.forEach((key, inner) -> texts.put(String.valueOf(key), texts(inner)));
      return texts;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> texts = new ArrayList<>();
      list.forEach(item -> texts.add(texts(item)));
      return texts;
    }
    return Printing.str(value);
  }

  private static String md5(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
