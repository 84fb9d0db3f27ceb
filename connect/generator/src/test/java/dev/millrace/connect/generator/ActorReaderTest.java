package dev.millrace.connect.generator;

import static dev.millrace.connect.generator.Generated.block;
import static dev.millrace.connect.generator.Generated.schema;
import static dev.millrace.connect.generator.Generated.stream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActorReaderTest {
  private static final SourceLocation WHERE = new SourceLocation("sources/music.yml", 2, 5, 3);

  @TempDir Path folder;

  private static StreamDeclaration views(Object... fields) {
    return stream(
        "views", schema("a", "VARCHAR", "b", "BIGINT", "c", "VARCHAR"), "fields", block(fields));
  }

  private List<String> check(Options options, StreamDeclaration... streams) {
    Problems problems = new Problems();
    new GeneratorConnector().check(options, List.of(streams), WHERE, folder, problems);
    return problems.all().stream().map(Problem::toString).toList();
  }

  @Test
  void acceptsWhatTheOtherTestsUse() {
    Problems problems = new Problems();
    new GeneratorConnector()
        .check(Listening.january(3), Listening.streams(), WHERE, folder, problems);
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void reportsEveryProblemOfStatesWithItsPathAndAHint() {
    Map<String, Object> states =
        block(
            "Home",
                block(
                    "emits", "view",
                    "sty", "1 second",
                    "item", "song",
                    "next", block("Hone", 1, "end", 1)),
            "Play",
                block(
                    "stay", block("item", "songs.second"),
                    "emits", "views",
                    "set", block("level", "piad"),
                    "next",
                        List.of(
                            block("when", block("levl", "paid"), "to", block("Home", 1)),
                            block("when", block("level", "paid"), "to", block("Home", 1)))));
    List<String> found =
        check(
            Listening.options(Map.of(), "states", states, "popullation", 3),
            views(
                "a", block("actor", "usr"),
                "b", block("session", "nmber"),
                "c", block("item", "songs.titel")));
    assertThat(found)
        .anySatisfy(p -> assertThat(p).contains("actors.popullation`", "`population`?"))
        .anySatisfy(p -> assertThat(p).contains("states.Home.emits`: there is no stream `view`"))
        .anySatisfy(p -> assertThat(p).contains("states.Home.sty` is not known", "`stay`?"))
        .anySatisfy(p -> assertThat(p).contains("no catalogue `song`", "did you mean `songs`?"))
        .anySatisfy(p -> assertThat(p).contains("no state `Hone`", "did you mean `Home`?"))
        .anySatisfy(p -> assertThat(p).contains("no column `second`", "`seconds`?"))
        .anySatisfy(p -> assertThat(p).contains("no value of `level` `piad`", "`paid`?"))
        .anySatisfy(p -> assertThat(p).contains("`choice` `levl`", "did you mean `level`?"))
        .anySatisfy(p -> assertThat(p).contains("next[2]` needs no `when`"))
        .anySatisfy(p -> assertThat(p).contains("there is no state `Register`"))
        .allSatisfy(p -> assertThat(p).startsWith("sources/music.yml:2:5: "));
  }

  @Test
  void reportsEveryProblemOfFieldsAndCatalogues() throws Exception {
    Files.writeString(folder.resolve("songs.csv"), "title,seconds\nOne,100\nTwo\n");
    Map<String, Object> catalogues =
        block(
            "missing", block("file", "nowhere.csv"),
            "torn", block("file", "songs.csv"),
            "songs",
                block(
                    "rows", 3,
                    "zipf", -1,
                    "fields", block("title", block("wrds", block("to", 3)))),
            "both", block("file", "songs.csv", "fields", block()));
    assertThat(check(Listening.options(Map.of(), "catalogues", catalogues), views()))
        .anySatisfy(p -> assertThat(p).contains("names `nowhere.csv`, which is not there"))
        .anySatisfy(
            p -> assertThat(p).contains("`songs.csv`, whose row 2 has 1 fields instead of 2"))
        .anySatisfy(
            p -> assertThat(p).contains("title.wrds` is not known", "did you mean `words`?"))
        .anySatisfy(p -> assertThat(p).contains("zipf` has to be from 0 to 20"))
        .anySatisfy(p -> assertThat(p).contains("both` needs either `file` or `fields`"));

    assertThat(
            check(
                Listening.options(Map.of("history", Duration.ofDays(3), "start", "2026-01-01")),
                Listening.streams().get(1),
                views(
                    "a", block("actor", "usr"),
                    "b", block("actor", "user"),
                    "c", block("item", "songs.titel"))))
        .anySatisfy(p -> assertThat(p).contains("history` has no meaning beside `start`"))
        .anySatisfy(p -> assertThat(p).contains("no column `usr`", "did you mean `user`?"))
        .anySatisfy(p -> assertThat(p).contains("makes texts, but the column's type is BIGINT"))
        .anySatisfy(p -> assertThat(p).contains("no column `titel`", "did you mean `title`?"));

    assertThat(
            check(
                Listening.options(Map.of()),
                Listening.streams().get(0),
                Listening.streams().get(1),
                stream("idle", schema("a", "VARCHAR"), "fields", block("a", block("constant", 1)))))
        .singleElement()
        .satisfies(p -> assertThat(p).contains("no state of `actors` emits", "`emits`"));
  }

  @Test
  void cataloguesComeFromFilesAndFromEachOther() throws Exception {
    Files.writeString(
        folder.resolve("places.csv"),
        "city,weight,lat\n\"Bad Zwesten, Kellerwald\",1,51.05\nKassel,3,\nUlm,0,48.4\n");
    Map<String, Object> catalogues =
        block(
            "places", block("file", "places.csv", "weight", "weight"),
            "artists", block("rows", 5, "fields", block("name", block("sequence", "artist-%d"))),
            "songs",
                block(
                    "rows",
                    50,
                    "zipf",
                    0,
                    "fields",
                    block(
                        "title", block("sequence", "song-%d"),
                        "seconds", block("constant", 200),
                        "artist", block("of", "artists"))));
    Options options =
        Listening.options(
            Map.of("start", "2026-01-01", "end", "2026-01-06"),
            "catalogues",
            catalogues,
            "attributes",
            block(
                "user",
                block("sequence", true),
                "level",
                block("choice", List.of("free", "paid")),
                "place",
                block("of", "places")));
    List<StreamDeclaration> streams =
        List.of(
            stream(
                "views",
                schema("user", "VARCHAR", "city", "VARCHAR", "lat", "DOUBLE"),
                "fields",
                block(
                    "user",
                    block("actor", "user"),
                    "city",
                    block("actor", "place.city"),
                    "lat",
                    block("actor", "place.lat"))),
            stream(
                "plays",
                schema("title", "VARCHAR", "artist", "VARCHAR"),
                "fields",
                block(
                    "title", block("item", "songs.title"),
                    "artist", block("item", "songs.artist.name"))));
    SourceContext context =
        new SourceContext(
            "music",
            new Options(List.of(), Map.of()),
            Optional.empty(),
            options,
            streams,
            Optional.empty(),
            Ledger.EMPTY,
            Map.of(),
            folder,
            Clock.systemUTC());
    Map<String, Set<String>> cities = new HashMap<>();
    Map<String, String> artists = new HashMap<>();
    ObjectMapper json = new ObjectMapper();
    try (Source source = new GeneratorConnector().open(context)) {
      for (SourceRecord record : source.poll(Duration.ZERO).records()) {
        JsonNode node = json.readTree(record.value());
        if (record.stream().equals("views")) {
          String city = node.get("city").textValue();
          cities.computeIfAbsent(city, c -> new HashSet<>()).add(node.get("user").textValue());
          assertThat(node.get("lat").isNull()).isEqualTo(city.equals("Kassel"));
        } else {
          String artist = node.get("artist").textValue();
          assertThat(artists.computeIfAbsent(node.get("title").textValue(), t -> artist))
              .isEqualTo(artist);
        }
      }
    }
    assertThat(cities).containsOnlyKeys("Bad Zwesten, Kellerwald", "Kassel");
    assertThat(
            cities.getOrDefault("Kassel", Set.of()).size()
                / (double) cities.getOrDefault("Bad Zwesten, Kellerwald", Set.of()).size())
        .isBetween(2.0, 4.5);
    assertThat(artists).hasSize(50);
    assertThat(artists.values()).contains("artist-1", "artist-2");
  }
}
