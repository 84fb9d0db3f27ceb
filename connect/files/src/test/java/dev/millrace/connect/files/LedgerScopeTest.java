package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.store.SftpAddress;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger that was written for another folder, or by another identity of files. */
class LedgerScopeTest {
  private static final FileTime TIME = FileTime.fromMillis(1_700_000_000_000L);

  @TempDir Path folder;

  private Path write(String path, String rows) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.setLastModifiedTime(Files.writeString(file, "id,name\n" + rows), TIME);
  }

  private FilesRun run(String... options) throws IOException {
    write("in/a.csv", "1,a\n");
    write("in/b.csv", "2,b\n");
    FilesRun run = new FilesRun(folder).source("folder", "in");
    for (int i = 0; i < options.length; i += 2) {
      run.source(options[i], options[i + 1]);
    }
    return run.scoped().run();
  }

  @Test
  void anotherFolderIsRefusedAndThenKeptOrForgotten() throws IOException {
    FilesRun run = run();
    assertThat(run.rows()).hasSize(2);
    run.scoped().run();
    write("other/a.csv", "1,a\n");
    write("other/c.csv", "3,c\n");
    run.source("folder", "./other/").scoped();
    assertThatThrownBy(run::open)
        .isInstanceOf(StopException.class)
        .hasMessageContaining("[FILES_OTHER_LEDGER]")
        .hasMessageContaining("its `folder` was `in` and is `other`")
        .hasMessageContaining("2 files");
    run.keep().run();
    assertThat(run.rows())
        .containsExactly(
            "{\"id\":1,\"name\":\"a\"}", "{\"id\":2,\"name\":\"b\"}", "{\"id\":3,\"name\":\"c\"}");
    run.source("folder", "in").scoped();
    assertThatThrownBy(run::open).hasMessageContaining("3 files");
    for (String path : List.of("a.csv", "b.csv", "c.csv")) {
      run.amend(LedgerAction.FORGET, path);
    }
    assertThat(run.run().rows()).hasSize(5);
    // It is of the folder now.
    run.source("folder", "other").scoped();
    assertThatThrownBy(run::open).hasMessageContaining("was `in` and is `other`");
  }

  @Test
  void filesAreKnownAgainByAnotherIdentity() throws IOException {
    FilesRun run = run();
    assertThat(run.ledger().keySet()).contains("a.csv|12|1700000000000");
    run.source("identity", "path").scoped();
    assertThatThrownBy(run::open).hasMessageContaining("`path_time_size` and is `path`");
    run.keep().run();
    assertThat(run.rows()).hasSize(2);
    assertThat(run.states()).containsExactly("a.csv done", "b.csv done");
    assertThat(run.ledger()).containsEntry("a.csv|12|1700000000000", null).containsKey("a.csv");
    write("in/b.csv", "2,b\n4,d\n");
    assertThat(run.run().rows()).hasSize(2);
    run.source("identity", "path_time_size").scoped().keep().run();
    assertThat(run.rows()).hasSize(4);
    assertThat(run.states()).containsExactly("a.csv done", "b.csv done", "b.csv done");
  }

  @Test
  void aFileThatWasBegunIsReadOnUnderItsOtherKey() throws IOException {
    String rows =
        IntStream.range(0, 50_000).mapToObj(i -> i + ",x\n").collect(Collectors.joining());
    write("in/long.csv", rows);
    FilesRun run = new FilesRun(folder).source("folder", "in").scoped().begin();
    int begun = run.rows().size();
    assertThat(begun).isBetween(1, 49_999);
    run.source("identity", "path").scoped().keep().run();
    assertThat(run.rows()).hasSize(50_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("long.csv done");
  }

  @Test
  void aLedgerThatDoesNotSayItIsTaken() throws IOException {
    write("in/a.csv", "1,a\n");
    FilesRun run = new FilesRun(folder).source("folder", "in").run();
    assertThat(run.scoped().run().rows()).hasSize(1);
    run.source("folder", "other").scoped();
    assertThatThrownBy(run::open).hasMessageContaining("was `in`");
  }

  @Test
  void aServerIsNamedWithoutItsPassword() {
    assertThat(scope("sftp://me:secret@files.example.org/data/", "in", Map.of()))
        .containsEntry("folder", "sftp://files.example.org:22/data/in");
    assertThat(scope("sftp://files.example.org", "in", Map.of("user", "me")))
        .containsEntry("folder", "sftp://files.example.org:22/in of me");
    assertThat(scope("sftp://files.example.org/data", "/in", Map.of("password", "secret")))
        .containsEntry("folder", "sftp://files.example.org:22/in");
    assertThat(
            new FilesConnector()
                .ledgerScope(
                    Optional.empty(),
                    Optional.of("sftp"),
                    OptionValues.of(FilesOptions.SOURCE, Map.of("folder", "in"))))
        .containsEntry("folder", "sftp: in")
        .containsEntry("identity", "path_time_size");
  }

  private static Map<String, String> scope(String url, String in, Map<String, String> more) {
    Map<String, String> options = new HashMap<>(more);
    options.put("url", url);
    return new FilesConnector()
        .ledgerScope(
            Optional.of(OptionValues.of(SftpAddress.OPTIONS, options)),
            Optional.of("sftp"),
            OptionValues.of(FilesOptions.SOURCE, Map.of("folder", in)));
  }
}
