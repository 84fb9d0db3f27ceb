package dev.millrace.api.connect;

import org.jspecify.annotations.Nullable;

/**
 * What a source wants to remember of one thing among many, such as a file: it is committed with the
 * records of its {@link SourceBatch}, and replaces what the key had before.
 *
 * @param key names the thing
 * @param value a text of at most a few kilobytes; null to forget the key
 */
public record LedgerEntry(String key, @Nullable String value) {
  /**
   * The key of an entry that is of no thing but of the ledger: what its keys depend on, as {@link
   * SourceConnector#ledgerScope} says it, in a JSON object of texts.
   */
  public static final String SCOPE = "//scope";
}
