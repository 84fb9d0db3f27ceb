package dev.millrace.jinja;

/** A compiled statement. */
@FunctionalInterface
interface Exec {
  int NORMAL = 0;
  int BREAK = 1;
  int CONTINUE = 2;

  /** Runs it; tells how the statements around it go on. */
  int run(Frame frame);

  /** Statements one after the other, as one. */
  static Exec sequence(java.util.List<Exec> statements) {
    if (statements.size() == 1) {
      return statements.get(0);
    }
    Exec[] all = statements.toArray(new Exec[0]);
    return frame -> {
      for (Exec statement : all) {
        int signal = statement.run(frame);
        if (signal != NORMAL) {
          return signal;
        }
      }
      return NORMAL;
    };
  }
}
