package dev.millrace.connect.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.connect.LedgerTable;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.connect.files.store.StoredFile;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the ledger has of a file.
 *
 * @param state how it is
 * @param file path, size and time with which it was read
 * @param rows committed, good and bad ones
 * @param rejected how many of them are bad
 * @param checksum of those rows, in order
 * @param bytes unpacked
 * @param attempts how often it was begun
 * @param content hash of its bytes, if files are told apart by it
 * @param error why it failed, or what it is a duplicate of
 * @param at when this was written
 * @param gone since when it has not been there, of one that is over; empty if it is
 */
record FileEntry(
    FileState state,
    StoredFile file,
    long rows,
    long rejected,
    long checksum,
    long bytes,
    int attempts,
    Optional<String> content,
    Optional<String> error,
    Instant at,
    Optional<Instant> gone) {
  /** The table {@code system.files}. */
  static final LedgerTable TABLE =
      new LedgerTable(
          "files",
          new Schema(
              List.of(
                  column("path", Kind.VARCHAR),
                  column("state", Kind.VARCHAR),
                  column("size", Kind.BIGINT),
                  column("modified", Kind.TIMESTAMPTZ),
                  column("bytes", Kind.BIGINT),
                  column("rows", Kind.BIGINT),
                  column("rejected", Kind.BIGINT),
                  column("attempts", Kind.INTEGER),
                  column("error", Kind.VARCHAR),
                  column("recorded_at", Kind.TIMESTAMPTZ))));

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int LONGEST_ERROR = 500;

  private static Column column(String name, Kind kind) {
    return new Column(name, new DataType.Scalar(kind));
  }

  /** A file of which nothing was read yet. */
  static FileEntry begin(StoredFile file, Instant at) {
    return new FileEntry(
        FileState.READING,
        file,
        0,
        0,
        0,
        0,
        1,
        Optional.empty(),
        Optional.empty(),
        at,
        Optional.empty());
  }

  FileEntry withState(FileState next, Instant when) {
    return new FileEntry(
        next,
        file,
        rows,
        rejected,
        checksum,
        bytes,
        attempts,
        content,
        error,
        when,
        Optional.empty());
  }

  FileEntry withError(FileState next, String reason, Instant when) {
    String cut = reason.length() > LONGEST_ERROR ? reason.substring(0, LONGEST_ERROR) : reason;
    return new FileEntry(
        next,
        file,
        rows,
        rejected,
        checksum,
        bytes,
        attempts,
        content,
        Optional.of(cut),
        when,
        Optional.empty());
  }

  FileEntry withContent(String hash) {
    return new FileEntry(
        state, file, rows, rejected, checksum, bytes, attempts, Optional.of(hash), error, at, gone);
  }

  /** The same rows of what the file is now. */
  FileEntry continuedAs(StoredFile now, Instant when) {
    return new FileEntry(
        FileState.READING,
        now,
        rows,
        rejected,
        checksum,
        bytes,
        attempts + 1,
        content,
        Optional.empty(),
        when,
        Optional.empty());
  }

  /** The same of a file that has not been there since then; empty if it is there. */
  FileEntry withGone(Optional<Instant> since) {
    return new FileEntry(
        state, file, rows, rejected, checksum, bytes, attempts, content, error, at, since);
  }

  String json() {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("state", state.name().toLowerCase(Locale.ROOT));
    node.put("path", file.path());
    node.put("size", file.size());
    node.put("modified", file.modified().toString());
    node.put("rows", rows);
    node.put("rejected", rejected);
    node.put("checksum", checksum);
    node.put("bytes", bytes);
    node.put("attempts", attempts);
    content.ifPresent(c -> node.put("content", c));
    error.ifPresent(e -> node.put("error", e));
    node.put("recorded_at", at.toString());
    gone.ifPresent(g -> node.put("gone_since", g.toString()));
    return node.toString();
  }

  /** An entry that somebody else made, of the file as it is. */
  FileEntry seenAs(StoredFile now, Instant when) {
    return new FileEntry(
        state,
        now,
        rows,
        rejected,
        checksum,
        bytes,
        attempts,
        content,
        error,
        when,
        Optional.empty());
  }

  /** False if somebody else made it, who left out which file it is of. */
  boolean namesFile() {
    return !file.path().isEmpty();
  }

  /**
   * Reads what {@link #json} wrote, or what somebody else did with a {@code state} at least.
   *
   * @throws StopException if it is something else
   */
  static FileEntry parse(String json) {
    try {
      JsonNode node = MAPPER.readTree(json);
      return new FileEntry(
          FileState.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
          new StoredFile(
              node.path("path").asText(),
              false,
              node.path("size").asLong(),
              time(node, "modified")),
          node.path("rows").asLong(),
          node.path("rejected").asLong(),
          node.path("checksum").asLong(),
          node.path("bytes").asLong(),
          node.path("attempts").asInt(),
          Optional.ofNullable(node.path("content").textValue()),
          Optional.ofNullable(node.path("error").textValue()),
          time(node, "recorded_at"),
          node.has("gone_since") ? Optional.of(time(node, "gone_since")) : Optional.empty());
    } catch (JsonProcessingException | RuntimeException e) {
      throw new StopException(
          Problem.error(
              FilesError.FILES_LEDGER,
              null,
              "the ledger of files has an entry that this version cannot read: " + json,
              "run the project with the version that wrote it; if it is in Redis, and another tool"
                  + " wrote it, write it as docs/sources.md says, or delete it"),
          e);
    }
  }

  private static Instant time(JsonNode node, String field) {
    return node.has(field) ? Instant.parse(node.path(field).asText()) : Instant.EPOCH;
  }
}
