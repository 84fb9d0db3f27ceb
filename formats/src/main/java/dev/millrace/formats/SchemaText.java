package dev.millrace.formats;

import java.util.List;

/**
 * A schema as it is registered.
 *
 * @param type its language
 * @param text in that language
 * @param references to schemas that it uses
 */
public record SchemaText(SchemaType type, String text, List<SchemaReference> references) {
  /** Copies the list. */
  public SchemaText {
    references = List.copyOf(references);
  }

  /** A schema that stands for itself. */
  public SchemaText(SchemaType type, String text) {
    this(type, text, List.of());
  }
}
