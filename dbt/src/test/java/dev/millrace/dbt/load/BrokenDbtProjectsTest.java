package dev.millrace.dbt.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What is told of faulty projects: broken.txt has files and the problems that they have. */
class BrokenDbtProjectsTest {
  @TestFactory
  List<DynamicTest> areExplained(@TempDir Path folder) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    String text;
    try (InputStream in =
        BrokenDbtProjectsTest.class.getResourceAsStream("/dev/millrace/dbt/load/broken.txt")) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String block : text.split("(?m)^### ")) {
      if (!block.isBlank()) {
        String name = block.lines().findFirst().orElseThrow();
        Path project = folder.resolve(name.replace(' ', '_'));
        String[] parts = block.substring(name.length() + 1).split("(?m)^===\n", 2);
        write(project, parts[0]);
        tests.add(
            DynamicTest.dynamicTest(name, () -> assertEquals(parts[1].strip(), problems(project))));
      }
    }
    return tests;
  }

  private static void write(Path project, String files) throws IOException {
    Files.createDirectories(project);
    Files.writeString(project.resolve("dbt_project.yml"), "name: shop\n");
    for (String file : files.split("(?m)^--- ")) {
      if (!file.isBlank()) {
        String name = file.lines().findFirst().orElseThrow();
        Path path = project.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.substring(name.length() + 1));
      }
    }
  }

  private static String problems(Path project) {
    Problems problems = new Problems();
    LoadSetting setting = LoadSetting.of(Map.of("HOME", "/"));
    try {
      DbtProjects.load(project, setting, problems);
    } catch (StopException e) {
      assertEquals(problems.all(), e.problems());
    }
    return problems.all().stream()
        .map(p -> p.severity() + " " + p)
        .collect(Collectors.joining("\n"));
  }
}
