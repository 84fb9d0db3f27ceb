package dev.millrace.dbt.manifest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys of nodes that manifest.json has, and that templates see in {@code model} and graph. */
public final class NodeKeys {
  private NodeKeys() {}

  /** The key {@code checksum} of a node whose file was read: of the file's text. */
  public static Map<String, @Nullable Object> checksum(Node node) {
    return node.test().isPresent() ? checksum("none", "") : ofText(node.file().text());
  }

  /** The key {@code checksum} of a text. */
  public static Map<String, @Nullable Object> ofText(String text) {
    return checksum("sha256", sha256(text.strip()));
  }

  /** A text's hash, in hexadecimal digits. */
  public static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The key {@code checksum}. */
  public static Map<String, @Nullable Object> checksum(String name, String value) {
    Map<String, @Nullable Object> checksum = new LinkedHashMap<>();
    checksum.put("name", name);
    checksum.put("checksum", value);
    return checksum;
  }

  /** The key {@code test_metadata} of a generic test: its macro and what it is called with. */
  public static Map<String, @Nullable Object> testMetadata(Node node, DataTest test) {
    Map<String, @Nullable Object> kwargs = new LinkedHashMap<>(test.arguments());
    test.column().ifPresent(column -> kwargs.put("column_name", column));
    kwargs.put("model", node.extra().get("test_metadata_model"));
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    metadata.put("name", test.name());
    metadata.put("kwargs", kwargs);
    metadata.put("namespace", test.packageName().orElse(null));
    return metadata;
  }
}
