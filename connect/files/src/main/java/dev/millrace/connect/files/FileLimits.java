package dev.millrace.connect.files;

import dev.millrace.connect.files.unpack.UnpackLimits;
import java.nio.file.Path;

/**
 * What reading a file may take.
 *
 * @param unpack what it may become
 * @param spool the folder for copies of what has to be on a disk; of one source alone
 * @param maxSpool bytes of one copy
 */
record FileLimits(UnpackLimits unpack, Path spool, long maxSpool) {}
