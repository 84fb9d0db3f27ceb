package dev.millrace.api.connect;

/** What a person can ask for of an entry of a source's ledger, such as a file. */
public enum LedgerAction {
  /** Try again what failed or was skipped, and go on where it was left. */
  RETRY,
  /** Leave it alone from now on. */
  SKIP,
  /** Know nothing of it any more: if it is still there, it is new. */
  FORGET
}
