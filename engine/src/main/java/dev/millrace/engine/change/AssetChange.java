package dev.millrace.engine.change;

import java.util.List;

/**
 * What an edit means for one asset.
 *
 * @param kind source, stream, view or sink
 * @param name the asset's name
 * @param verdict what happens to it
 * @param reason why, in a few words; empty if nothing happens
 * @param notes what else a person should know, a sentence each
 */
public record AssetChange(
    String kind, String name, Verdict verdict, String reason, List<String> notes) {
  /** Copies the list. */
  public AssetChange {
    notes = List.copyOf(notes);
  }

  /** What happens to an asset. */
  public enum Verdict {
    /** Nothing. */
    UNCHANGED("unchanged"),
    /** It was written differently and means the same. */
    COSMETIC("unchanged"),
    /** It is made. */
    NEW("new"),
    /** It goes on with what it has. */
    STATE_REUSED("state reused"),
    /** It is filled beside the old version, from the topics, and then replaces it. */
    REBUILT_FROM_TOPIC("rebuilt from the topic"),
    /** It is filled from tables of other streams, and then replaces the old version. */
    REBUILT_FROM_TABLE("rebuilt from a table"),
    /** It gets the difference between its stream's old and new table, or a whole table. */
    DELIVERED_AGAIN("gets the difference"),
    /** Its tables are dropped. */
    REMOVED("removed"),
    /** It cannot be: a person has to decide. */
    CANNOT("cannot");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }
  }
}
