package dev.millrace.dbt.load;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.context.ParsedNode;
import java.util.Optional;

/** What a text such as {@code ref('orders')} in a property file refers to: one of the two. */
record ParsedRelation(Optional<ParsedNode.RefCall> ref, Optional<ParsedNode.SourceCall> source) {
  /** Empty if the text is no such call with constants. */
  static Optional<ParsedRelation> of(String text, SourceLocation where) {
    ParsedRelation parsed =
        new ParsedRelation(StaticReferences.ref(text, where), StaticReferences.source(text, where));
    return parsed.ref.isPresent() || parsed.source.isPresent()
        ? Optional.of(parsed)
        : Optional.empty();
  }
}
