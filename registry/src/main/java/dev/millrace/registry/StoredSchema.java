package dev.millrace.registry;

import dev.millrace.formats.SchemaText;

/**
 * A version of a subject.
 *
 * @param version from 1
 * @param id the same for the same schema in all subjects
 * @param schema in its canonical form
 * @param deleted true if it is only shown to those who ask for deleted ones
 */
record StoredSchema(String subject, int version, int id, SchemaText schema, boolean deleted) {
  StoredSchema asDeleted() {
    return new StoredSchema(subject, version, id, schema, true);
  }
}
