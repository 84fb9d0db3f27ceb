package dev.millrace.sql;

/**
 * Checks where tables stand whose later changes concern no row that was processed: only on the
 * right of a join whose left rows only come. Anywhere else, what a row was made of would have to be
 * remembered.
 */
final class AsOfProcessing {
  private final Findings findings;

  AsOfProcessing(Findings findings) {
    this.findings = findings;
  }

  void check(Node node) {
    if (node instanceof Node.Scan scan && scan.relation().asOfProcessing()) {
      refuse(
          scan.relation(),
          "but is not the right side of a join, an IN or an EXISTS",
          "write it as `FROM events LEFT JOIN a_table ON ...`");
    } else if (node instanceof Join join && join.isAsOfProcessing()) {
      Relation table = Planner.inputs(join.right()).iterator().next();
      if (join.kind() == Join.Kind.FULL) {
        refuse(table, "but rows of a FULL JOIN without partner change with it", "use LEFT JOIN");
      } else if (!join.left().appendOnly()) {
        refuse(
            table,
            "but is joined to rows that may be taken back, and what they were joined to then is not"
                + " kept",
            "look it up in a stream of its own, right behind the source, and aggregate that one");
      }
      check(join.left());
    } else {
      node.inputs().forEach(this::check);
    }
  }

  private void refuse(Relation table, String why, String hint) {
    findings.add(
        new SqlProblem(
            0,
            0,
            "`" + table.name() + "` is looked up as of processing, " + why,
            hint,
            SqlCode.SQL_UNSUPPORTED));
  }
}
