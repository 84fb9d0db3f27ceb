package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One instance for each data folder, over processes and after kills. */
class InstanceLockTest {
  @TempDir Path project;

  /** Takes the folder of its argument and keeps it until it is killed, or its parent ends. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      InstanceLock lock = InstanceLock.acquire(DataFolder.open(Path.of(arguments[0])));
      lock.announce("http://127.0.0.1:7777");
      System.out.println("held");
      System.in.read();
    }
  }

  @Test
  void secondProcessIsRefusedUntilTheFirstIsKilled() {
    DataFolder folder = DataFolder.open(project);
    try (ChildJvm holder = ChildJvm.start(Holder.class, Map.of(), project.toString())) {
      holder.awaitOutput("held", Duration.ofSeconds(20));
      assertThatThrownBy(() -> InstanceLock.acquire(folder))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("process " + holder.pid())
          .hasMessageContaining("http://127.0.0.1:7777")
          .hasMessageContaining("[INSTANCE_RUNNING]");
      InstanceLock.Instance found = InstanceLock.find(folder).orElseThrow();
      assertThat(found.pid()).isEqualTo(holder.pid());
      assertThat(found.address()).contains("http://127.0.0.1:7777");
      holder.kill();
      assertThat(InstanceLock.find(folder)).isEmpty();
      InstanceLock.acquire(folder).close();
    }
  }

  @Test
  void lookingDoesNotFreeTheLock() {
    DataFolder folder = DataFolder.open(project);
    try (InstanceLock lock = InstanceLock.acquire(folder)) {
      assertThat(InstanceLock.find(folder)).isPresent();
      lock.announce("http://127.0.0.1:1");
      assertThat(InstanceLock.find(folder).orElseThrow().address()).contains("http://127.0.0.1:1");
      assertThatThrownBy(() -> InstanceLock.acquire(folder)).isInstanceOf(StopException.class);
      try (ChildJvm second = ChildJvm.start(Holder.class, Map.of(), project.toString())) {
        assertThat(second.awaitExit(Duration.ofSeconds(20))).isNotZero();
        assertThat(second.output()).contains("already run by process");
      }
    }
    assertThat(InstanceLock.find(folder)).isEmpty();
  }

  @Test
  void folderOfNewerMillraceIsRefused() throws IOException {
    Path path = DataFolder.open(project).path();
    assertThat(path.resolve(".gitignore")).hasContent("*");
    Files.writeString(path.resolve("version"), (DataFolder.VERSION + 1) + "\n");
    assertThatThrownBy(() -> DataFolder.open(project))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("layout 2")
        .hasMessageContaining("[DATA_FOLDER_VERSION]");
  }
}
