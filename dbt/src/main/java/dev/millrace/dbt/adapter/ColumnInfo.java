package dev.millrace.dbt.adapter;

/**
 * A column of a relation or of a result.
 *
 * @param name as the engine has it
 * @param type in the engine's words: {@code DECIMAL(18,3)}
 */
public record ColumnInfo(String name, String type) {}
