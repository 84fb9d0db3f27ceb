package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Python's packages that are compared, in a virtual environment of their own.
 *
 * @param folder of the environment
 */
record PythonPackages(Path folder) {
  private static final List<String> PACKAGES =
      List.of("dbt-core==1.10.23", "dbt-duckdb==1.9.6", "duckdb==2.0.1", "jinja2==3.1.6");

  /** Makes the environment if it is missing, and installs what is missing in it. */
  static PythonPackages in(Workplace place, Path folder) throws IOException, InterruptedException {
    Path python = folder.resolve("bin/python");
    if (!Files.exists(python)) {
      TimedCommand.run(place, "python", List.of("python3", "-m", "venv", folder.toString()));
    }
    List<String> install = new ArrayList<>(List.of(python.toString(), "-m", "pip", "install"));
    install.addAll(List.of("--quiet", "--disable-pip-version-check", "--only-binary", ":all:"));
    install.addAll(PACKAGES);
    TimedCommand.run(place, "python", install);
    return new PythonPackages(folder);
  }

  static String versions() {
    return String.join(", ", PACKAGES);
  }

  String python() {
    return folder.resolve("bin/python").toString();
  }

  String dbt() {
    return folder.resolve("bin/dbt").toString();
  }

  /** A script of the benchmarks, with arguments. */
  List<String> script(Workplace place, String name, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(python(), place.benchmarks().resolve("python").resolve(name).toString()));
    command.addAll(List.of(arguments));
    return command;
  }
}
