package dev.millrace.server.run;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.engine.Programs;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A project of one bounded source, one stream and one sink, all embedded. */
final class SmallShop {
  static final int ORDERS = 300;
  static final String TABLE = "shop.orders";

  private final Path folder;

  /** Writes the project. */
  SmallShop(Path folder) throws IOException {
    this.folder = folder;
    write(
        "millrace.yml",
        """
        name: shop
        default_target: dev
        targets:
          dev:
            kafka: embedded
            postgres: embedded
        """);
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            connector: generator
            rate: 1000
            total: %d
            seed: 7
            streams:
              - name: orders
                topic: shop.orders
                event_time: ordered_at
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                generate:
                  fields:
                    order_id: {sequence: "order-%%08d"}
                    ordered_at: {event_time: true}
        """
            .formatted(ORDERS));
    write(
        "models/orders.sql",
        """
        {{ config(materialized='stream', retain='1 day') }}
        SELECT order_id, ordered_at FROM {{ source('shop', 'orders') }}
        """);
    write(
        "sinks/postgres.yml",
        """
        sinks:
          - name: orders
            from: orders
            system: postgres
            table: %s
            mode: append
        """
            .formatted(TABLE));
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  Path folder() {
    return folder;
  }

  Project load(Connectors connectors) {
    return new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of()).load(folder, null);
  }

  static Map<String, StreamProgram> compile(Project project, Connectors connectors) {
    Problems problems = new Problems();
    Map<String, StreamProgram> programs = Programs.compile(project, connectors.sinks(), problems);
    problems.throwIfErrors();
    return programs;
  }
}
