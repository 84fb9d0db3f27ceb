package dev.millrace.dbt.select;

import java.util.List;
import java.util.Optional;

/** What is to be selected. */
sealed interface SelectionSpec {
  /** How groups are put together. */
  enum Combination {
    UNION,
    INTERSECTION,
    /** The first without the others. */
    DIFFERENCE
  }

  /**
   * Several.
   *
   * @param raw as written; a problem if it selects nothing; empty if nobody wrote it
   */
  record Group(
      Combination combination,
      List<SelectionSpec> parts,
      IndirectSelection indirect,
      Optional<String> raw)
      implements SelectionSpec {
    public Group {
      parts = List.copyOf(parts);
    }
  }

  /**
   * One: {@code 2+tag:nightly+}.
   *
   * @param raw as written
   * @param method such as {@code tag}
   * @param arguments of it: {@code config.meta.owner} has two
   * @param value to look for
   * @param childrensParents {@code @}
   * @param parents how far up; -1 for all, 0 for none
   * @param children how far down; -1 for all, 0 for none
   */
  record Criterion(
      String raw,
      String method,
      List<String> arguments,
      String value,
      boolean childrensParents,
      int parents,
      int children,
      IndirectSelection indirect)
      implements SelectionSpec {
    public Criterion {
      arguments = List.copyOf(arguments);
    }
  }
}
