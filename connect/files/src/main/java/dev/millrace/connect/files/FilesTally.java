package dev.millrace.connect.files;

import dev.millrace.api.connect.SourceTally;

/** Counts what was read; it shows once it is committed. */
final class FilesTally {
  private SourceTally committed = SourceTally.NONE;
  private SourceTally pending = SourceTally.NONE;

  void read() {
    pending = pending.plus(new SourceTally(1, 0, 0, 0));
  }

  void bytes(long count) {
    pending = pending.plus(new SourceTally(0, 0, count, 0));
  }

  void rejected(long count) {
    pending = pending.plus(new SourceTally(0, 0, 0, count));
  }

  void committed() {
    committed = committed.plus(pending);
    pending = SourceTally.NONE;
  }

  /** With the files that were put into quarantine, which is done when they are committed. */
  SourceTally of(long quarantined) {
    return committed.plus(new SourceTally(0, quarantined, 0, 0));
  }
}
