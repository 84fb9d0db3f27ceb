package dev.millrace.connect.files.rows;

import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** A text in another charset as UTF-8. What is no text in that charset ends it with an error. */
final class Utf8Stream extends InputStream {
  private final InputStream in;
  private final CharsetDecoder decoder;
  private final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
  private final ByteBuffer encoded = ByteBuffer.allocate(32 << 10);
  private final CharBuffer chars = CharBuffer.allocate(16 << 10);
  private final ByteBuffer utf8 = ByteBuffer.allocate(64 << 10);
  private boolean ended;
  private long taken;

  Utf8Stream(InputStream in, Charset charset) {
    this.in = in;
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    encoder
        .onMalformedInput(CodingErrorAction.REPLACE)
        .onUnmappableCharacter(CodingErrorAction.REPLACE);
    encoded.limit(0);
    utf8.limit(0);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (!utf8.hasRemaining()) {
      if (ended) {
        return -1;
      }
      transcode();
    }
    int count = Math.min(length, utf8.remaining());
    utf8.get(bytes, offset, count);
    return count;
  }

  private void transcode() throws IOException {
    encoded.compact();
    int read = in.read(encoded.array(), encoded.position(), encoded.remaining());
    if (read > 0) {
      encoded.position(encoded.position() + read);
      taken += read;
    }
    encoded.flip();
    boolean last = read < 0;
    CoderResult result = decoder.decode(encoded, chars, last);
    if (result.isError()) {
      throw malformed(result);
    }
    if (last) {
      decoder.flush(chars);
      ended = true;
    }
    chars.flip();
    utf8.clear();
    encoder.encode(chars, utf8, last);
    utf8.flip();
    chars.compact();
  }

  private BadContentException malformed(CoderResult result) {
    long at = taken - encoded.remaining();
    try {
      result.throwException();
    } catch (CharacterCodingException e) {
      return new BadContentException(
          "byte %d is no text in %s (`encoding`)".formatted(at, decoder.charset().name()), e);
    }
    throw new IllegalStateException("no error");
  }
}
