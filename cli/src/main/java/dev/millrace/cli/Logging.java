package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Where the log goes: to a file of the project, never over the status area. */
final class Logging {
  private static final int FILE_BYTES = 10 << 20;
  private static final int FILES = 3;

  private Logging() {}

  /**
   * Sends the log to {@code log/millrace.log} in the data folder; warnings and worse of libraries,
   * and what Millrace does.
   */
  static void toFile(Path dataFolder) {
    quiet();
    try {
      Path folder = Files.createDirectories(dataFolder.resolve("log"));
      System.setProperty(
          "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s %3$s: %5$s%6$s%n");
      FileHandler file =
          new FileHandler(folder.resolve("millrace.log").toString(), FILE_BYTES, FILES, true);
      file.setFormatter(new SimpleFormatter());
      Logger root = Logger.getLogger("");
      root.addHandler(file);
      root.setLevel(Level.WARNING);
      Logger.getLogger("dev.millrace").setLevel(Level.INFO);
    } catch (IOException e) {
      // A run without a log file is better than no run.
    }
  }

  /** Nothing of the log reaches the terminal. */
  static void quiet() {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.setLevel(Level.OFF);
  }

  /** An error that nobody expected. */
  static void failure(Exception e) {
    Logger.getLogger("dev.millrace.cli").log(Level.SEVERE, "the command failed", e);
  }
}
