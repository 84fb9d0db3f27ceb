package dev.millrace.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Eight bytes at a time find what one at a time finds. */
class JsonBytesTest {
  private static final byte[] SPECIAL = {
    '"', '\\', 0, 0x1f, 0x20, '!', '[', ']', 0x7f, (byte) 0x80, -1
  };

  @Test
  void aTextEndsWhereItsBytesSay() {
    Random random = Seeds.random("JsonBytesTest");
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int i = 0; i < bytes.length; i++) {
        boolean special = random.nextInt(20) == 0;
        bytes[i] =
            special ? SPECIAL[random.nextInt(SPECIAL.length)] : (byte) (0x20 + random.nextInt(2));
      }
      int start = random.nextInt(bytes.length + 1);
      int end = start + random.nextInt(bytes.length - start + 1);
      assertThat(JsonBytes.textEnd(bytes, start, end))
          .as("%s from %s to %s", bytes, start, end)
          .isEqualTo(oneByOne(bytes, start, end));
    }
  }

  private static int oneByOne(byte[] bytes, int start, int end) {
    for (int i = start; i < end; i++) {
      if (bytes[i] == '"') {
        return i;
      }
      if (bytes[i] == '\\' || bytes[i] >= 0 && bytes[i] < ' ') {
        return -1;
      }
    }
    return -1;
  }
}
