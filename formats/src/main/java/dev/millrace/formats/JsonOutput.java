package dev.millrace.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.formats.json.JsonTexts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Memory that JSON texts are written to, one behind the other, and that is used again. For one
 * thread at a time.
 */
public final class JsonOutput {
  /** The longest text, in bytes: a few bytes of a record may stand for very many of JSON. */
  static final int LONGEST = 32 << 20;

  private final Bytes bytes = new Bytes();
  private JsonGenerator generator = open();

  /** Writes one text. */
  @FunctionalInterface
  public interface Writing {
    /** Writes one JSON value. */
    void write(JsonGenerator generator) throws IOException, BadRecordException;
  }

  private static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** What was written, in one array that grows. */
  private static final class Bytes extends OutputStream {
    private byte[] array = new byte[4096];
    private int used;

    /** Where the text begins that is being written. */
    private int start;

    private void reserve(int more) {
      if (array.length - used < more) {
        array = Arrays.copyOf(array, Math.max(Math.addExact(used, more), array.length / 2 * 3));
      }
    }

    @Override
    public void write(int b) {
      reserve(1);
      array[used++] = (byte) b;
    }

    @Override
    public void write(byte[] b, int from, int length) throws TooLongException {
      if (length > LONGEST - (used - start)) {
        throw new TooLongException();
      }
      copy(b, from, length);
    }

    private void copy(byte[] b, int from, int length) {
      reserve(length);
      System.arraycopy(b, from, array, used, length);
      used += length;
    }
  }

  private JsonGenerator open() {
    try {
      JsonGenerator made = JsonTexts.MAPPER.createGenerator(bytes);
      made.setRootValueSeparator(null);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Appends one text.
   *
   * @return how many bytes it has; it ends at {@link #used}
   * @throws BadRecordException if {@code writing} does, or it is too long; nothing is appended then
   */
  public int append(Writing writing) throws BadRecordException {
    int start = bytes.used;
    bytes.start = start;
    boolean whole = false;
    try {
      writing.write(generator);
      generator.flush();
      whole = true;
      return bytes.used - start;
    } catch (TooLongException e) {
      throw new BadRecordException("its JSON would have more than " + (LONGEST >> 20) + " MB");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!whole) {
        // What it has begun it would end in the next text.
        bytes.used = start;
        generator = open();
      }
    }
  }

  /** Appends a text that is there already; its place and length are as of {@link #append}. */
  public void copy(byte[] from, int start, int length) {
    bytes.copy(from, start, length);
  }

  /** The array with all texts; another one after the next text. */
  public byte[] array() {
    return bytes.array;
  }

  /** Where in the array the texts end. */
  public int used() {
    return bytes.used;
  }

  /** Forgets the texts but keeps the memory. */
  public void clear() {
    bytes.used = 0;
  }
}
