package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace init`: a small project that runs at once and explains itself. */
@Command(
    name = "init",
    description = {
      "Makes a small project: simulated orders, a stream that counts them, and a live dashboard.",
      "It runs at once, and every file says what it is for."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  millrace init shop", "  millrace run shop"})
final class InitCommand implements Callable<Integer> {
  private static final List<String> FILES =
      List.of(
          "README.md",
          "millrace.yml",
          "sources/orders.yml",
          "models/orders_per_minute.sql",
          "models/models.yml",
          "dashboards/orders.yml",
          "gitignore");

  @Parameters(
      index = "0",
      paramLabel = "<folder>",
      description = "The folder to make; it must be empty or missing.")
  private Path folder;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  InitCommand() {}

  @Override
  public Integer call() throws IOException {
    if (Files.exists(folder)) {
      try (var files = Files.list(folder)) {
        if (!Files.isDirectory(folder) || files.findAny().isPresent()) {
          throw new ParameterException(
              spec.commandLine(), "`" + folder + "` exists and is not an empty folder.");
        }
      }
    }
    String name = name();
    for (String file : FILES) {
      Path target = folder.resolve(file.equals("gitignore") ? ".gitignore" : file);
      Files.createDirectories(target.toAbsolutePath().getParent());
      Files.writeString(
          target, text(file).replace("{name}", name).replace("{folder}", folder.toString()));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("Made the project `" + name + "` in " + folder + ":");
    for (String file : FILES) {
      if (!file.equals("gitignore")) {
        out.println("  " + folder.resolve(file));
      }
    }
    out.println();
    out.println("Run it:  millrace run " + folder);
    out.flush();
    return 0;
  }

  /** The folder's name as a project's: lower case letters, digits and underscores. */
  private String name() {
    String name =
        folder
            .toAbsolutePath()
            .normalize()
            .getFileName()
            .toString()
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "_");
    return name.matches("[a-z].*") ? name : "project_" + name;
  }

  private static String text(String file) throws IOException {
    try (InputStream in = InitCommand.class.getResourceAsStream("init/" + file)) {
      if (in == null) {
        throw new IOException("the template " + file + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
