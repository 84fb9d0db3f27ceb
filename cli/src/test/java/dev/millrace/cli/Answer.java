package dev.millrace.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** What a command line answers, run in the test's own process. */
record Answer(int code, String out, String err) {
  /** Runs `millrace` with these words. */
  static Answer to(List<?> words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Millrace.command();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    int code = command.execute(words.stream().map(Object::toString).toArray(String[]::new));
    return new Answer(code, out.toString(), err.toString());
  }

  /** All that it has said. */
  String all() {
    return out + err;
  }
}
