package dev.millrace.cli;

import dev.millrace.engine.unittest.UnitTestResult;
import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Results of unit tests as the XML that JUnit made common, which build servers read. */
final class JunitXml {
  private JunitXml() {}

  /** Writes the file, and the folders above it that are missing. */
  static void write(Path file, String project, List<UnitTestResult> results, Path folder)
      throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", project);
      xml.writeAttribute("tests", String.valueOf(results.size()));
      xml.writeAttribute("failures", String.valueOf(count(results, Outcome.FAILED)));
      xml.writeAttribute("errors", String.valueOf(count(results, Outcome.ERROR)));
      xml.writeAttribute("skipped", "0");
      xml.writeAttribute(
          "time",
          seconds(
              results.stream().map(UnitTestResult::took).reduce(Duration.ZERO, Duration::plus)));
      for (UnitTestResult result : results) {
        test(xml, result, folder);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException(e);
    }
  }

  private static void test(XMLStreamWriter xml, UnitTestResult result, Path folder)
      throws XMLStreamException {
    xml.writeCharacters("\n  ");
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", result.test().model());
    xml.writeAttribute("name", result.test().name());
    xml.writeAttribute("file", folder.resolve(result.test().where().file()).toString());
    xml.writeAttribute("line", String.valueOf(result.test().where().line()));
    xml.writeAttribute("time", seconds(result.took()));
    if (result.outcome() != Outcome.PASSED) {
      String text = printable(new TestReport(folder, false, 0).details(result));
      xml.writeStartElement(result.outcome() == Outcome.FAILED ? "failure" : "error");
      xml.writeAttribute("message", message(result));
      xml.writeCharacters(text);
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String message(UnitTestResult result) {
    return printable(
        result.failures().isEmpty()
            ? result.problems().get(0).message()
            : result.failures().get(0).what() + " is not as expected");
  }

  /** XML 1.0 has no control characters, not even escaped. */
  private static String printable(String text) {
    return text.replaceAll(
        "[^\\x09\\x0A\\x0D\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "?");
  }

  private static long count(List<UnitTestResult> results, Outcome outcome) {
    return results.stream().filter(r -> r.outcome() == outcome).count();
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.3f", took.toNanos() / 1e9);
  }
}
