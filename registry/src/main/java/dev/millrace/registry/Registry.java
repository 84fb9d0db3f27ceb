package dev.millrace.registry;

import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.ParsedSchema;
import dev.millrace.formats.SchemaReference;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.Schemas;
import dev.millrace.log.CompactedLog.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What can be done with schemas. A change is answered once it is committed to the topic and read
 * back. Thread-safe: changes come one after the other, reads see what was read back.
 */
final class Registry {
  /** Stands for the newest version. */
  static final String LATEST = "latest";

  private static final int NEWEST = -1;

  private final Subjects subjects;
  private final Changes changes;

  /** Carries out changes. */
  interface Changes {
    /**
     * Returns once the subjects are what the topic holds, which is unknown after a failed write.
     */
    void settle();

    /** Writes entries, all or none; returns once the subjects have them. */
    void write(List<Entry> entries);
  }

  /**
   * A schema that a client sends.
   *
   * @param id that it is to have, in mode IMPORT
   * @param version that it is to have, in mode IMPORT
   */
  record Sent(SchemaText schema, OptionalInt id, OptionalInt version) {}

  Registry(Subjects subjects, Changes changes) {
    this.subjects = subjects;
    this.changes = changes;
  }

  Subjects subjects() {
    return subjects;
  }

  private Mode modeOf(String subject) {
    return subjects.mode() == Mode.READONLY_OVERRIDE
        ? Mode.READONLY_OVERRIDE
        : subjects.mode(subject).orElse(subjects.mode());
  }

  Compatibility levelOf(String subject) {
    return subjects.level(subject).orElse(subjects.level());
  }

  private void requireWritable(String subject) {
    if (modeOf(subject).isReadOnly()) {
      throw RestException.of(42205, "Subject " + subject + " is in read-only mode");
    }
  }

  /** Registers a schema under a subject, unless the subject has it. */
  synchronized StoredSchema register(String subject, Sent sent, boolean normalize) {
    changes.settle();
    requireWritable(subject);
    boolean imported = modeOf(subject) == Mode.IMPORT;
    if (sent.id().isPresent() && !imported) {
      throw RestException.of(42205, "Subject " + subject + " is not in import mode");
    }
    ParsedSchema parsed = parse(sent.schema());
    SchemaText schema = kept(sent.schema(), parsed, normalize);
    for (StoredSchema version : subjects.versions(subject, false)) {
      boolean meant = sent.id().isEmpty() || sent.id().getAsInt() == version.id();
      if (version.schema().equals(schema) && meant) {
        return version;
      }
    }
    if (!imported) {
      List<String> faults = faults(subject, parsed, subjects.versions(subject, false));
      if (!faults.isEmpty()) {
        throw RestException.of(
            409,
            "Schema being registered is incompatible with an earlier schema for subject \"%s\", details: %s"
                .formatted(subject, faults));
      }
    }
    int id = id(sent, schema);
    int version =
        sent.version()
            .orElse(
                1
                    + subjects.versions(subject, true).stream()
                        .mapToInt(StoredSchema::version)
                        .max()
                        .orElse(0));
    StoredSchema stored = new StoredSchema(subject, version, id, schema, false);
    changes.write(List.of(SchemaRecords.schema(stored)));
    return stored;
  }

  private int id(Sent sent, SchemaText schema) {
    if (sent.id().isEmpty()) {
      return subjects.idOf(schema).orElse(subjects.highestId() + 1);
    }
    int id = sent.id().getAsInt();
    if (subjects.byId(id).filter(s -> !s.equals(schema)).isPresent()) {
      throw RestException.of(42205, "Overwrite new schema with id " + id + " is not permitted.");
    }
    return id;
  }

  private static SchemaText kept(SchemaText sent, ParsedSchema parsed, boolean normalize) {
    return new SchemaText(
        sent.type(), normalize ? parsed.normalized() : parsed.canonical(), sent.references());
  }

  /** The same for clients that have no parser of its language. */
  SchemaText serialized(SchemaText schema) {
    return new SchemaText(schema.type(), parse(schema).serialized(), schema.references());
  }

  private ParsedSchema parse(SchemaText schema) {
    try {
      return Schemas.parse(schema, this::referred);
    } catch (InvalidSchemaException e) {
      throw RestException.of(
          42201, "Invalid schema of type " + schema.type() + ": " + e.getMessage());
    }
  }

  private SchemaText referred(SchemaReference reference) throws InvalidSchemaException {
    return versions(reference.subject(), false).stream()
        .filter(s -> reference.version() == NEWEST || s.version() == reference.version())
        .reduce((older, newer) -> newer)
        .map(StoredSchema::schema)
        .orElseThrow(
            () ->
                new InvalidSchemaException(
                    "No schema reference found for subject \"%s\" and version %d"
                        .formatted(reference.subject(), reference.version()),
                    null));
  }

  private List<StoredSchema> versions(String subject, boolean withDeleted) {
    return subjects.versions(subject, withDeleted);
  }

  /** Why a schema cannot follow others, by the subject's level; empty if it can. */
  private List<String> faults(String subject, ParsedSchema schema, List<StoredSchema> others) {
    Compatibility level = levelOf(subject);
    boolean any = !level.isBackward() && !level.isForward();
    List<StoredSchema> compared =
        any
            ? List.of()
            : level.isTransitive() || others.isEmpty()
                ? others
                : others.subList(others.size() - 1, others.size());
    for (int i = compared.size() - 1; i >= 0; i--) {
      StoredSchema old = compared.get(i);
      ParsedSchema before = parse(old.schema());
      List<String> faults = new ArrayList<>();
      if (level.isBackward()) {
        faults.addAll(schema.faultsReading(before));
      }
      if (level.isForward()) {
        faults.addAll(before.faultsReading(schema));
      }
      if (!faults.isEmpty()) {
        faults.add("{oldSchemaVersion: " + old.version() + "}");
        faults.add("{oldSchema: '" + old.schema().text() + "'}");
        faults.add("{compatibility: '" + level + "'}");
        return faults;
      }
    }
    return List.of();
  }

  /**
   * Why a schema could not be registered; empty if it could.
   *
   * @param version compared with, {@code latest}, or empty for those that the level says
   */
  List<String> test(String subject, SchemaText schema, String version) {
    ParsedSchema parsed = parse(schema);
    if (version.isEmpty()) {
      return faults(subject, parsed, versions(subject, false));
    }
    return faults(subject, parsed, List.of(version(subject, version, false)));
  }

  /** The version of a subject that has this schema. */
  StoredSchema lookUp(String subject, SchemaText schema, boolean normalize, boolean withDeleted) {
    List<StoredSchema> versions = versions(subject, withDeleted);
    if (versions.isEmpty()) {
      throw RestException.noSubject(subject);
    }
    ParsedSchema parsed = parse(schema);
    SchemaText wanted = kept(schema, parsed, normalize);
    return versions.stream()
        .filter(s -> s.schema().equals(wanted))
        .reduce((older, newer) -> newer)
        .orElseThrow(RestException::noSchema);
  }

  /** A version of a subject, by its number or as {@code latest}. */
  StoredSchema version(String subject, String version, boolean withDeleted) {
    boolean latest = version.equals(LATEST) || version.equals("-1");
    if (!latest && !version.matches("[1-9]\\d{0,9}")
        || !latest && Long.parseLong(version) > Integer.MAX_VALUE) {
      throw RestException.badVersion(version);
    }
    List<StoredSchema> versions = versions(subject, withDeleted);
    if (versions.isEmpty()) {
      throw RestException.noSubject(subject);
    }
    if (latest) {
      return versions.get(versions.size() - 1);
    }
    int number = Integer.parseInt(version);
    return versions.stream()
        .filter(s -> s.version() == number)
        .findFirst()
        .orElseThrow(() -> RestException.noVersion(number));
  }

  private void requireUnreferenced(StoredSchema schema) {
    if (!subjects.referringTo(schema).isEmpty()) {
      throw RestException.of(
          42206,
          "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}."
              .formatted(schema.subject(), schema.version()));
    }
  }

  /** Deletes a version; for good if it was deleted before. */
  synchronized int deleteVersion(String subject, String version, boolean permanent) {
    changes.settle();
    requireWritable(subject);
    // The newest is the newest of those that can be deleted this way.
    StoredSchema schema = version(subject, version, permanent || !version.equals(LATEST));
    if (schema.deleted() != permanent) {
      throw permanent
          ? RestException.of(
              40407,
              "Subject '%s' Version %d was not deleted first before being permanently deleted"
                  .formatted(subject, schema.version()))
          : RestException.of(
              40406,
              "Subject '%s' Version %d was soft deleted. Set permanent=true to delete permanently"
                  .formatted(subject, schema.version()));
    }
    requireUnreferenced(schema);
    changes.write(
        List.of(
            permanent
                ? SchemaRecords.forgetSchema(schema)
                : SchemaRecords.schema(schema.asDeleted())));
    return schema.version();
  }

  /** Deletes a subject with its settings; for good if it was deleted before. */
  synchronized List<Integer> deleteSubject(String subject, boolean permanent) {
    changes.settle();
    requireWritable(subject);
    List<StoredSchema> all = versions(subject, true);
    List<StoredSchema> left = versions(subject, false);
    if (all.isEmpty()) {
      throw RestException.noSubject(subject);
    }
    if (permanent && !left.isEmpty()) {
      throw RestException.of(
          40405,
          "Subject '" + subject + "' was not deleted first before being permanently deleted");
    }
    if (!permanent && left.isEmpty()) {
      throw RestException.of(
          40404,
          "Subject '" + subject + "' was soft deleted. Set permanent=true to delete permanently");
    }
    List<StoredSchema> deleted = permanent ? all : left;
    deleted.forEach(this::requireUnreferenced);
    List<Entry> entries = new ArrayList<>();
    if (permanent) {
      all.forEach(s -> entries.add(SchemaRecords.forgetSchema(s)));
      entries.add(SchemaRecords.forgetDeletion(subject));
    } else {
      entries.add(SchemaRecords.deleteSubject(subject, left.get(left.size() - 1).version()));
      subjects.level(subject).ifPresent(l -> entries.add(SchemaRecords.config(subject, null)));
      subjects.mode(subject).ifPresent(m -> entries.add(SchemaRecords.mode(subject, null)));
    }
    changes.write(entries);
    return deleted.stream().map(StoredSchema::version).toList();
  }

  /** Sets the level of a subject; {@code subject} is empty for all that have none. */
  synchronized void setLevel(String subject, Compatibility level) {
    changes.settle();
    requireWritable(subject);
    changes.write(List.of(SchemaRecords.config(subject.isEmpty() ? null : subject, level)));
  }

  /** Forgets the level of a subject, or the one for all. */
  synchronized Compatibility deleteLevel(String subject) {
    changes.settle();
    Compatibility had =
        subject.isEmpty()
            ? subjects.level()
            : subjects
                .level(subject)
                .orElseThrow(
                    () ->
                        RestException.of(
                            40408,
                            "Subject '"
                                + subject
                                + "' does not have subject-level compatibility configured"));
    changes.write(List.of(SchemaRecords.config(subject.isEmpty() ? null : subject, null)));
    return had;
  }

  /** Sets the mode of a subject; {@code subject} is empty for all that have none. */
  synchronized void setMode(String subject, Mode mode, boolean force) {
    changes.settle();
    boolean any =
        subject.isEmpty() ? !subjects.names(true).isEmpty() : !versions(subject, true).isEmpty();
    if (mode == Mode.IMPORT && any && !force) {
      throw RestException.of(42205, "Cannot import since found existing subjects");
    }
    changes.write(List.of(SchemaRecords.mode(subject.isEmpty() ? null : subject, mode)));
  }

  /** Forgets the mode of a subject. */
  synchronized Mode deleteMode(String subject) {
    changes.settle();
    Mode had =
        subjects
            .mode(subject)
            .orElseThrow(
                () ->
                    RestException.of(
                        40409,
                        "Subject '" + subject + "' does not have subject-level mode configured"));
    changes.write(List.of(SchemaRecords.mode(subject, null)));
    return had;
  }

  /** Versions of all subjects with a prefix. */
  Stream<StoredSchema> schemas(String prefix, boolean withDeleted) {
    return subjects.all(withDeleted).stream().filter(s -> s.subject().startsWith(prefix));
  }
}
