package dev.millrace.api.type;

/** A named column; every column may hold nulls. */
public record Column(String name, DataType type) {}
