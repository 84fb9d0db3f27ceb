package dev.millrace.dbt.adapter;

/** What a relation is. */
public enum RelationType {
  TABLE,
  VIEW,
  /** A common table expression of an ephemeral model. */
  CTE
}
