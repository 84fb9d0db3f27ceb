package dev.millrace.engine.export;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Linux's exchange of two folders in one step, which Java has no call for: a rename in its way puts
 * a folder only where there is none.
 */
final class Exchange {
  private static final int WORKING_FOLDER = -100;
  private static final int RENAME_EXCHANGE = 2;

  /** Errors that say that this file system, or this kernel, does not do it. */
  private static final int EINVAL = 22;

  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;

  private static final @Nullable Function RENAME = find();

  private Exchange() {}

  private static @Nullable Function find() {
    if (!Platform.isLinux()) {
      return null;
    }
    try {
      return NativeLibrary.getInstance("c").getFunction("renameat2", Function.THROW_LAST_ERROR);
    } catch (UnsatisfiedLinkError e) {
      return null;
    }
  }

  /**
   * Exchanges two folders of one file system; both exist.
   *
   * @return false if it cannot be done here, and nothing has changed
   */
  static boolean swap(Path one, Path other) throws IOException {
    if (RENAME == null) {
      return false;
    }
    try {
      RENAME.invokeInt(
          new Object[] {
            WORKING_FOLDER, one.toString(), WORKING_FOLDER, other.toString(), RENAME_EXCHANGE
          });
      return true;
    } catch (com.sun.jna.LastErrorException e) {
      int error = e.getErrorCode();
      if (error == EINVAL || error == ENOSYS || error == EOPNOTSUPP) {
        return false;
      }
      throw new IOException(other + " cannot be exchanged with " + one + ": " + e.getMessage(), e);
    }
  }
}
