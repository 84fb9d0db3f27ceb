package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Plain words for texts that somebody might have written. */
final class Words {
  private static final byte[][] WORDS =
      Arrays.stream(
              ("again all also and another answer around ask back because before best better big"
                      + " bright but buy by call clear close cold come could day deep different done"
                      + " easy end even every fast few find fine first for fresh from full good great"
                      + " green hand happy hard here high home house idea in it just keep kind large"
                      + " last late learn leave light like line little long look love make many may"
                      + " more morning most move much music near never new next nice night not now of"
                      + " off often old on once one only open or other our out over own part people"
                      + " place plan play point quick quiet rather read ready really right river road"
                      + " room round same season see several short side simple slow small so some song"
                      + " soon sound still street strong summer sure take tall than that the then there"
                      + " thing think this time today together too town tree true try turn under until"
                      + " up use very walk warm water way week well while white why wind winter with"
                      + " without wonder word work world write year yes yet young")
                  .split(" "))
          .map(word -> word.getBytes(UTF_8))
          .toArray(byte[][]::new);

  private Words() {}

  /** Writes a text of {@code from} to {@code to} words, with quotes. */
  static void write(JsonBuffer out, long bits, long from, long to) {
    long count = from + Draw.below(bits, to - from + 1);
    out.raw('"');
    for (long i = 0; i < count; i++) {
      if (i > 0) {
        out.raw(' ');
      }
      out.raw(WORDS[(int) Draw.below(Draw.draw(bits, i + 1), WORDS.length)]);
    }
    out.raw('"');
  }
}
