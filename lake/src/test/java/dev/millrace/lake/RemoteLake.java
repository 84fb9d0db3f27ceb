package dev.millrace.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real system that has a lake's files. What it has survives {@link #stop}. */
interface RemoteLake extends AutoCloseable {
  void start();

  void stop();

  /** What the lake's options are besides those of one on the local disk. */
  Map<String, String> options();

  /** Where a lake of that name is. */
  String warehouse(String name);

  /** The folder that holds everything. */
  Path folder();

  /** The files whose path contains a text. */
  List<String> files(String text) throws IOException;

  @Override
  default void close() {
    stop();
  }
}
