package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Options;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that changes events, in a short text. */
final class Fingerprint {
  private Fingerprint() {}

  /**
   * The fingerprint of a source.
   *
   * @param files what tells that files changed on which it depends
   */
  static String of(Options options, List<StreamDeclaration> declarations, String files) {
    StringBuilder text = new StringBuilder();
    for (String name : List.of("rate", "seed", "start", "bursts", "actors")) {
      if (options.has(name)) {
        text.append(name).append('=');
        text.append(
            switch (name) {
              case "rate" -> options.decimal(name);
              case "seed" -> options.number(name);
              case "start" -> options.text(name);
              default -> canonical(options.structure(name));
            });
        text.append(';');
      }
    }
    if (options.has("actors")) {
      text.append(files);
    }
    for (StreamDeclaration declaration : declarations) {
      text.append(declaration.name()).append(declaration.schema());
      Object generate = declaration.options().get("generate");
      text.append(canonical(generate instanceof Map<?, ?> map ? withoutTotal(map) : Map.of()));
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<?, ?> withoutTotal(Map<?, ?> generate) {
    Map<Object, Object> rest = new LinkedHashMap<>(generate);
    rest.remove("total");
    return rest;
  }

  private static String canonical(Map<?, ?> block) {
    StringBuilder text = new StringBuilder("{");
    block.forEach(
        (key, value) ->
            text.append(key)
                .append('=')
                .append(value instanceof Map<?, ?> nested ? canonical(nested) : value)
                .append(';'));
    return text.append('}').toString();
  }
}
