package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every row of the input with the session that it is in: rows of a key that follow each other
 * within a gap.
 *
 * @param gap the SQL of a constant interval
 * @param keys fields of the input; a single constant if sessions have no key
 * @param start the time of the session's first row
 * @param end the time of its last row and the gap
 */
record Session(Node input, Field time, String gap, List<Field> keys, Field start, Field end)
    implements Node.Unary {
  @Override
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>(input.fields());
    fields.add(start);
    fields.add(end);
    return fields;
  }

  @Override
  public boolean appendOnly() {
    return false;
  }

  /** A change concerns the rows of sessions that a row is in which is not behind its watermark. */
  @Override
  public Map<String, String> watermarks() {
    Map<String, String> marks = new LinkedHashMap<>();
    String mark = input.watermarks().get(time.name());
    if (mark != null) {
      marks.put(end.name(), mark);
    }
    for (Field key : keys) {
      String own = input.watermarks().get(key.name());
      if (own != null) {
        marks.put(key.name(), own);
      }
    }
    return marks;
  }

  @Override
  public Set<String> lasting() {
    Set<String> names = new HashSet<>(input.lasting());
    if (input.appendOnly()) {
      input.fields().forEach(field -> names.add(field.name()));
    }
    return names;
  }
}
