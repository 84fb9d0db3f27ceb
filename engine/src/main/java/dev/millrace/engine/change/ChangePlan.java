package dev.millrace.engine.change;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.change.AssetChange.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a project's edit means for a store that it was filled by.
 *
 * @param changes every asset, unchanged ones too: sources, streams, views, sinks, then what is
 *     removed
 * @param filled streams whose tables are filled beside the old ones
 * @param undone of streams among them whose old version goes on from where it stands, that place
 * @param tables streams that stay as they are and whose tables are read to fill others
 */
public record ChangePlan(
    List<AssetChange> changes, Set<String> filled, Map<String, String> undone, Set<String> tables) {
  /** Copies the collections. */
  public ChangePlan {
    changes = List.copyOf(changes);
    filled = Set.copyOf(filled);
    undone = Map.copyOf(undone);
    tables = Set.copyOf(tables);
  }

  /** Why an edit cannot be done. */
  public enum ChangeError implements ErrorCode {
    /** What was stored cannot be turned into what is wanted. */
    CHANGE_IMPOSSIBLE,
    /** A stream's {@code start} is no time. */
    START_UNKNOWN,
    /** A stream with {@code start} reads another stream, or change data. */
    START_NOT_OF_SOURCE;

    @Override
    public Blame blame() {
      return Blame.USER;
    }
  }

  /** Why it cannot be done; empty if it can. */
  public List<Problem> problems() {
    return changes.stream()
        .filter(c -> c.verdict() == Verdict.CANNOT)
        .map(
            c ->
                Problem.error(
                    ChangeError.CHANGE_IMPOSSIBLE,
                    null,
                    c.kind() + " `" + c.name() + "` cannot be changed so: " + c.reason(),
                    c.notes().isEmpty() ? null : String.join("; ", c.notes())))
        .toList();
  }

  /** True if a run would change anything that is stored or delivered. */
  public boolean isEmpty() {
    return changes.stream()
        .allMatch(c -> c.verdict() == Verdict.UNCHANGED || c.verdict() == Verdict.COSMETIC);
  }
}
