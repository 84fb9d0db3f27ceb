package dev.millrace.connect.files.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the field of JSON objects that is their record's key. */
final class JsonKey {
  private static final JsonFactory JSON = new JsonFactory();

  private final String field;

  /**
   * The key of objects.
   *
   * @param field its name; empty for no key
   */
  JsonKey(String field) {
    this.field = field;
  }

  /** The field's text; null if there is none, or the object is none. */
  byte @Nullable [] of(byte[] object) {
    if (field.isEmpty()) {
      return null;
    }
    try (JsonParser parser = JSON.createParser(object)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals(field);
        JsonToken value = parser.nextToken();
        if (found) {
          return value.isScalarValue() && value != JsonToken.VALUE_NULL
              ? parser.getText().getBytes(UTF_8)
              : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (IOException e) {
      // Not JSON: admission rejects the record and says why.
      return null;
    }
  }
}
