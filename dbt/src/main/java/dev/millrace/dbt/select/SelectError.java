package dev.millrace.dbt.select;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with a selection. */
public enum SelectError implements ErrorCode {
  /** A selection that is none. */
  BAD_SELECTION,
  /** A method that selections do not have. */
  UNKNOWN_METHOD,
  /** A selector that selectors.yml does not have. */
  UNKNOWN_SELECTOR,
  /** A selection by state without a state to compare with. */
  NO_STATE,
  /** A selection that selects nothing. */
  NOTHING_SELECTED;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
