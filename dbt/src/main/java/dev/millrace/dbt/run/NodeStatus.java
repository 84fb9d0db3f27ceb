package dev.millrace.dbt.run;

/** How a node ended, as {@code run_results.json} says it. */
public enum NodeStatus {
  /** It was built. */
  SUCCESS("success"),
  /** It was not built, or the test could not be run. */
  ERROR("error"),
  /** Something before it failed, or the build was ended. */
  SKIPPED("skipped"),
  /** The test found nothing. */
  PASS("pass"),
  /** The test found what it looks for. */
  FAIL("fail"),
  /** The test found something, which is no failure. */
  WARN("warn"),
  /** Nothing is done for such a node. */
  NO_OP("no-op"),
  /** Some batches of a microbatch model were built. */
  PARTIAL_SUCCESS("partial success");

  private final String text;

  NodeStatus(String text) {
    this.text = text;
  }

  /** dbt's name of it. */
  public String text() {
    return text;
  }

  /** True if what reads the node must not be built, and the whole build has failed. */
  public boolean isFailure() {
    return this == ERROR || this == FAIL || this == PARTIAL_SUCCESS || this == SKIPPED;
  }
}
