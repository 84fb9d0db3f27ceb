package dev.millrace.project;

/** Colours and styles of a terminal (SGR of ECMA-48), or none. */
public enum Colour {
  RED("31"),
  YELLOW("33"),
  GREEN("32"),
  CYAN("36"),
  BLUE("34"),
  MAGENTA("35"),
  DIM("2"),
  BOLD("1"),
  LINK("4;36");

  private final String code;

  Colour(String code) {
    this.code = code;
  }

  /** The text in this colour if colours are wanted and there is any text. */
  public String paint(String text, boolean wanted) {
    return wanted && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
