package dev.millrace.server;

import dev.millrace.engine.lake.Lake;
import java.util.Optional;

/** The lake of a project that does not run, and what was started for it, until it is closed. */
public interface LakeAccess extends AutoCloseable {
  /** No lake. */
  LakeAccess NONE =
      new LakeAccess() {
        @Override
        public Optional<Lake> lake() {
          return Optional.empty();
        }

        @Override
        public void close() {}
      };

  /** The lake, opened when it is needed; empty if the target has none. */
  Optional<Lake> lake();

  @Override
  void close();
}
