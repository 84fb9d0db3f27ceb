package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.server.JobSelections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Selections of jobs that find nothing are told with their place, all of them. */
class JobSelectionsTest {
  @TempDir Path folder;

  @Test
  void whatASelectionDoesNotFindIsToldAtItsPlace() throws Exception {
    SmallShop shop = new SmallShop(folder);
    Files.writeString(
        folder.resolve("models/daily.sql"),
        "{{ config(materialized='table', tags=['daily']) }} SELECT count(*) AS n FROM {{ ref('orders') }}\n");
    Files.writeString(
        folder.resolve("jobs.yml"),
        """
        jobs:
          right:
            every: 1 day
            select: [orders+, "tag:daily"]
          misspelt:
            every: 1 day
            select: [dayli]
          no_method:
            every: 1 day
            select: ["tags:daily"]
        """);
    Problems problems = new Problems();
    JobSelections.check(shop.load(new Connectors()), Map.of(), problems);
    assertThat(problems.all())
        .extracting(Problem::toString)
        .containsExactly(
            "jobs.yml:7:13: job `misspelt`: `dayli` selects nothing that is enabled"
                + " [NOTHING_SELECTED]",
            "jobs.yml:10:13: job `no_method`: `tags:daily`: no method `tags` - did you mean `tag`?"
                + " [UNKNOWN_METHOD]",
            "jobs.yml:10:13: job `no_method`: `tags:daily` selects nothing that is enabled"
                + " [NOTHING_SELECTED]");
  }
}
