package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code check} says of where a source keeps its ledger. */
class LedgerCheckTest {
  @TempDir Path folder;

  private void project(String connector, String ledger) throws IOException {
    Files.writeString(
        folder.resolve("millrace.yml"),
        """
        name: drops
        targets:
          dev:
            kafka: embedded
            ftp: embedded
            redis: embedded
        """);
    Path sources = Files.createDirectories(folder.resolve("sources"));
    Files.writeString(
        sources.resolve("drops.yml"),
        """
        sources:
          - name: drops
            connector: %s
            ledger: %s
            streams:
              - name: rows
                event_time: ts
                %s
                columns:
                  - {name: id, type: BIGINT}
                  - {name: ts, type: TIMESTAMPTZ}
        """
            .formatted(
                connector,
                ledger,
                connector.equals("files")
                    ? "files: ['*.csv']"
                    : "generate: {fields: {id: {sequence: '%d'}, ts: {event_time: true}}}"));
  }

  private static String check(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = Millrace.command();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(out));
    String[] all = new String[arguments.length + 1];
    all[0] = "check";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    command.execute(all);
    return out.toString();
  }

  @Test
  void isInKafkaOrRedis() throws IOException {
    for (String ledger : new String[] {"kafka", "redis"}) {
      project("files", ledger);
      assertThat(check(folder.toString())).doesNotContain("error");
    }
  }

  @Test
  void otherPlacesAreToldWithWhatThereIs() throws IOException {
    project("files", "ftp");
    assertThat(check(folder.toString()))
        .contains("connector `files` keeps no ledger in a system of type `ftp`")
        .contains("name one of type `redis`")
        .contains("drops.yml:4:13");
    project("files", "reddis");
    assertThat(check(folder.toString()))
        .contains("target `dev` has no system `reddis`")
        .contains("did you mean `redis`?");
    project("generator", "redis");
    assertThat(check(folder.toString()))
        .contains("connector `generator` keeps no ledger")
        .contains("remove `ledger`");
  }

  @Test
  void exampleNamesTheVariablesOfItsServers() {
    assertThat(check(Path.of("..", "examples", "sms").toString(), "--target", "prod"))
        .contains("KAFKA_BROKERS", "SFTP_URL", "FTP_URL", "CLICKHOUSE_URL")
        .contains("REDIS_URL", "REDIS_PASSWORD")
        .doesNotContain("UNKNOWN_SYSTEM");
  }
}
