package dev.millrace.dbt.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code shop} and dbt do not cover: profiles, variables, packages, Millrace's own files. */
class DbtProjectsTest {
  @TempDir Path folder;

  private final Problems problems = new Problems();

  @Test
  void profilesTellTargetSchemaAndThreadsButNoSecrets() {
    LoadedProject dev = ShopProject.load(ShopProject.folder());
    DbtTarget target = dev.manifest().target();
    assertEquals("dev", target.name());
    assertEquals("dev", target.schema());
    assertEquals("store", target.database());
    assertEquals(4, target.threads());
    assertEquals("shop.duckdb", target.values().get("path"));
    assertFalse(target.values().containsKey("password"));

    Manifest prod =
        DbtProjects.load(
                ShopProject.folder(), LoadSetting.of(Map.of()).withTarget("prod"), problems)
            .manifest();
    assertEquals("prod", prod.target().schema());
    assertEquals(
        "\"store\".\"raw_prod\".\"order_table\"",
        prod.node("source.shop.raw.orders").flatMap(Node::relation).orElseThrow().toString());
  }

  @Test
  void withoutProfilesTheTargetIsDevAndTheSchemaMain() throws IOException {
    write("dbt_project.yml", "name: p\n");
    write("models/a.sql", "select '{{ target.name }}.{{ target.schema }}'");
    Manifest manifest = load(LoadSetting.of(Map.of()));
    assertEquals("dev", manifest.target().name());
    assertEquals(
        "\"store\".\"main\".\"a\"",
        manifest.node("model.p.a").flatMap(Node::relation).orElseThrow().toString());
  }

  @Test
  void theProfilesFolderAndTheEnvironmentAreAsked() throws IOException {
    write("dbt_project.yml", "name: p\nprofile: \"{{ env_var('PROFILE') }}\"\n");
    write("profiles.yml", "other: {target: x, outputs: {x: {type: snowflake}}}");
    write("elsewhere/profiles.yml", "mine: {outputs: {default: {type: duckdb, threads: 3}}}");
    LoadSetting setting =
        LoadSetting.of(
            Map.of("PROFILE", "mine", "DBT_PROFILES_DIR", folder.resolve("elsewhere").toString()));
    DbtTarget target = load(setting).target();
    assertEquals("mine", target.profile());
    assertEquals("default", target.name());
    assertEquals(3, target.threads());
  }

  @Test
  void variablesOfTheCommandLineThenTheRootThenThePackageCount() {
    Map<String, Map<String, Object>> vars =
        DbtProjects.load(
                ShopProject.folder(),
                LoadSetting.of(Map.of()).withVars(Map.of("days", 30L)),
                problems)
            .manifest()
            .vars();
    assertEquals(30L, vars.getOrDefault("shop", Map.of()).get("days"));
    assertEquals("EUR", vars.getOrDefault("shop", Map.of()).get("currency"));
    assertEquals(3L, vars.getOrDefault("tools", Map.of()).get("depth"));
    assertEquals(30L, vars.getOrDefault("tools", Map.of()).get("days"));
    assertFalse(vars.getOrDefault("tools", Map.of()).containsKey("currency"));
  }

  @Test
  void wordsOfYamlMeanWhatPythonTakesThemFor() throws IOException {
    write(
        "dbt_project.yml",
        """
        name: p
        models:
          +meta: {a: yes, b: 'yes', c: off, d: ~, e: 0.5, f: 2024-01-01, g: "{{ 1 + 1 }}", h: [on]}
          p:
            +enabled: no
            b: {+enabled: true}
        """);
    write("models/a.sql", "select 1");
    write("models/b/b.sql", "{{ config(meta={'a': 1}, tags='x') }} select 1");
    Manifest manifest = load(LoadSetting.of(Map.of()));
    assertEquals(List.of("model.p.a"), manifest.disabled());
    Map<String, Object> meta = manifest.node("model.p.b").orElseThrow().meta();
    assertEquals(1L, meta.get("a"));
    assertEquals("yes", meta.get("b"));
    assertEquals(false, meta.get("c"));
    assertTrue(meta.containsKey("d"));
    assertEquals(0.5, meta.get("e"));
    assertEquals("2024-01-01", meta.get("f"));
    assertEquals(2L, meta.get("g"));
    assertEquals(List.of(true), meta.get("h"));
  }

  @Test
  void configurationOfTheRootGoesBeforeThatOfPackages() {
    Manifest manifest = ShopProject.load(ShopProject.folder()).manifest();
    NodeConfig deep = manifest.node("model.tools.deep").orElseThrow().config();
    assertEquals("view", deep.materialized());
    assertEquals(List.of("tool", "deep", "all"), deep.texts("tags"));
    assertEquals(Optional.of("tools"), deep.text("schema"));
    NodeConfig revenue = manifest.node("model.shop.revenue").orElseThrow().config();
    assertEquals("incremental", revenue.materialized());
    assertEquals(2, revenue.texts("post-hook").size());
  }

  @Test
  void packagesOverrideNoSourcesButAreOverridden() throws IOException {
    write("dbt_project.yml", "name: p\n");
    write("packages.yml", "packages: [{local: lib}]");
    write("lib/dbt_project.yml", "name: lib\n");
    write(
        "lib/models/sources.yml",
        "sources: [{name: s, schema: theirs, tables: [{name: t, columns: [{name: id}]}]}]");
    write("lib/models/m.sql", "select * from {{ source('s', 't') }}");
    write(
        "models/sources.yml",
        "sources: [{name: s, overrides: lib, schema: ours, tables: [{name: t, identifier: u}]}]");
    Manifest manifest = load(LoadSetting.of(Map.of()));
    assertEquals(
        "\"store\".\"ours\".\"u\"",
        manifest.node("source.lib.s.t").flatMap(Node::relation).orElseThrow().toString());
    assertEquals(List.of("source.lib.s.t"), manifest.node("model.lib.m").orElseThrow().dependsOn());
  }

  @Test
  void namesOfSchemasAreThoseOfTheProjectsMacro() {
    Manifest manifest = ShopProject.load(ShopProject.folder()).manifest();
    assertEquals(
        "\"store\".\"dev__money\".\"margin\"",
        manifest.node("model.shop.margin").flatMap(Node::relation).orElseThrow().toString());
    assertEquals(
        "\"store\".\"dev_marts\".\"customer\"",
        manifest.node("model.shop.customers").flatMap(Node::relation).orElseThrow().toString());
  }

  @Test
  void ignoredFilesAreNotRead() throws IOException {
    write("dbt_project.yml", "name: p\n");
    write(".dbtignore", "# scratch\n*_old.sql\nmodels/draft/\n!kept_old.sql\n");
    write("models/a.sql", "select 1");
    write("models/b_old.sql", "not {{ a template");
    write("models/kept_old.sql", "select 1");
    write("models/draft/c.sql", "not {{ a template");
    assertEquals(
        new TreeSet<>(List.of("model.p.a", "model.p.kept_old")),
        new TreeSet<>(load(LoadSetting.of(Map.of())).nodes().keySet()));
  }

  @Test
  void aProjectOfMillraceLoadsWithItsStreams() throws IOException {
    write(
        "millrace.yml",
        """
        name: live
        time_zone: Europe/Berlin
        vars: {days: 2}
        default_target: test
        targets: {dev: {kafka: embedded}, test: {kafka: embedded}}
        models: {live: {+tags: [all]}}
        """);
    write(
        "sources/clicks.yml",
        "sources: [{name: web, connector: generator, streams: [{name: clicks, columns: []}]}]");
    write(
        "models/recent.sql",
        "{{ config(materialized='stream', emit='on_close') }}"
            + " select {{ var('days') }} from {{ source('web', 'clicks') }}");
    write("models/daily.sql", "select * from {{ ref('recent') }}");
    Manifest manifest = load(LoadSetting.of(Map.of()));
    assertEquals("test", manifest.target().name());
    assertEquals("Europe/Berlin", manifest.timeZone().getId());
    Node recent = manifest.node("model.live.recent").orElseThrow();
    assertEquals("stream", recent.config().materialized());
    assertEquals(Optional.of("on_close"), recent.config().text("emit"));
    assertEquals(List.of("source.live.web.clicks"), recent.dependsOn());
    assertEquals(List.of("all"), recent.tags());
    assertEquals(
        List.of("source.live.web.clicks", "model.live.recent", "model.live.daily"),
        manifest.nodes().keySet().stream().toList());
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Manifest load(LoadSetting setting) {
    Manifest manifest = DbtProjects.load(folder, setting, problems).manifest();
    assertEquals(List.of(), problems.all());
    return manifest;
  }
}
