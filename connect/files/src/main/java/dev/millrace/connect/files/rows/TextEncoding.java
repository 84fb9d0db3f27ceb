package dev.millrace.connect.files.rows;

import dev.millrace.connect.files.unpack.BadContentException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * In which charset a text is written: the one that is given; with {@code auto} the one that a byte
 * order mark tells, else UTF-8 if the first 64 KB are that, else windows-1252.
 *
 * @param charset that was told
 * @param mark bytes of the byte order mark before the text
 */
record TextEncoding(Charset charset, int mark) {
  private static final String AUTO = "auto";
  private static final int LOOK_AT = 64 << 10;
  private static final Charset WINDOWS = Charset.forName("windows-1252");

  /** Looks at the beginning of a text. The stream supports marks. */
  static TextEncoding of(BufferedInputStream in, String given) throws IOException {
    in.mark(LOOK_AT);
    byte[] head = in.readNBytes(LOOK_AT);
    in.reset();
    TextEncoding marked = marked(head);
    if (!given.equals(AUTO)) {
      Charset charset = Charset.forName(given);
      boolean same = charset.equals(marked.charset);
      if (marked.mark > 0 && charset.equals(StandardCharsets.UTF_8) && !same) {
        throw new BadContentException(
            "the byte order mark says %s, expected %s (`encoding`)"
                .formatted(marked.charset, charset));
      }
      return new TextEncoding(charset, same ? marked.mark : 0);
    }
    if (marked.mark > 0) {
      return marked;
    }
    return new TextEncoding(isUtf8(head) ? StandardCharsets.UTF_8 : WINDOWS, 0);
  }

  private static TextEncoding marked(byte[] head) {
    if (begins(head, 0xef, 0xbb, 0xbf)) {
      return new TextEncoding(StandardCharsets.UTF_8, 3);
    }
    if (begins(head, 0xfe, 0xff)) {
      return new TextEncoding(StandardCharsets.UTF_16BE, 2);
    }
    if (begins(head, 0xff, 0xfe)) {
      return new TextEncoding(StandardCharsets.UTF_16LE, 2);
    }
    return new TextEncoding(StandardCharsets.UTF_8, 0);
  }

  private static boolean begins(byte[] head, int... bytes) {
    boolean equal = head.length >= bytes.length;
    for (int i = 0; equal && i < bytes.length; i++) {
      equal = (head[i] & 0xff) == bytes[i];
    }
    return equal;
  }

  /** True if it is UTF-8; a character that is cut off at the end does not count. */
  private static boolean isUtf8(byte[] head) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    CharBuffer chars = CharBuffer.allocate(head.length + 1);
    return !decoder.decode(ByteBuffer.wrap(head), chars, false).isError();
  }

  /** The text in UTF-8, without the byte order mark. */
  InputStream utf8(InputStream in) throws IOException {
    in.skipNBytes(mark);
    return charset.equals(StandardCharsets.UTF_8) ? in : new Utf8Stream(in, charset);
  }
}
