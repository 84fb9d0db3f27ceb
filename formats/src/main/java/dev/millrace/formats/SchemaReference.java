package dev.millrace.formats;

/**
 * Another schema that a schema uses.
 *
 * @param name as the schema names it: Avro's full name, the import of a .proto file, a {@code $ref}
 * @param subject under which it is registered
 * @param version of that subject, from 1
 */
public record SchemaReference(String name, String subject, int version) {}
