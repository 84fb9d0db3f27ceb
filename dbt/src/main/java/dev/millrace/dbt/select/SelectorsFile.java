package dev.millrace.dbt.select;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.select.SelectionSpec.Combination;
import dev.millrace.dbt.select.SelectionSpec.Group;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The selections that selectors.yml has names for. */
final class SelectorsFile {
  private static final String FILE = "selectors.yml";

  private final IndirectSelection indirect;
  private final SelectionRequest.Texts texts;
  private final Problems problems;
  private final Map<String, SelectionSpec> selectors = new LinkedHashMap<>();
  private @Nullable String standard;

  private SelectorsFile(
      IndirectSelection indirect, SelectionRequest.Texts texts, Problems problems) {
    this.indirect = indirect;
    this.texts = texts;
    this.problems = problems;
  }

  /** The file of a project; without one there are no selectors. */
  static SelectorsFile read(
      Path folder, IndirectSelection indirect, SelectionRequest.Texts texts, Problems problems) {
    SelectorsFile file = new SelectorsFile(indirect, texts, problems);
    Path path = folder.resolve(FILE);
    if (Files.isRegularFile(path)) {
      try {
        YamlReader.readAsPython(new TextFile(FILE, Files.readString(path)), problems)
            .ifPresent(file::read);
      } catch (IOException e) {
        problems.error(
            ProjectError.UNREADABLE_FILE,
            SourceLocation.ofFile(FILE),
            "the file cannot be read: " + e.getMessage(),
            null);
      }
    }
    return file;
  }

  /** The selector of that name; empty, with a problem, if there is none. */
  Optional<SelectionSpec> find(String name) {
    SelectionSpec found = selectors.get(name);
    if (found == null) {
      problems.error(
          SelectError.UNKNOWN_SELECTOR,
          null,
          "no selector `" + name + "` in " + FILE,
          Suggestion.didYouMean(name, selectors.keySet()));
    }
    return Optional.ofNullable(found);
  }

  /** The selector that counts if nothing is selected. */
  Optional<SelectionSpec> standard() {
    return Optional.ofNullable(standard).map(selectors::get);
  }

  private void read(YamlNode root) {
    if (!(root instanceof YamlNode.Mapping block)
        || !(block.get("selectors").orElse(root) instanceof YamlNode.Sequence list)) {
      bad(root, "expected a list `selectors:`");
      return;
    }
    for (YamlNode item : list.items()) {
      if (item instanceof YamlNode.Mapping selector
          && selector.get("name").orElse(item) instanceof YamlNode.Scalar name
          && selector.get("definition").isPresent()) {
        definition(selector.get("definition").get())
            .ifPresent(spec -> selectors.put(name.text(), spec));
        if (isTrue(selector, "default")) {
          standard = name.text();
        }
      } else {
        bad(item, "a selector needs a `name` and a `definition`");
      }
    }
  }

  private static boolean isTrue(YamlNode.Mapping block, String key) {
    return block.get(key).map(n -> Boolean.TRUE.equals(n.plain())).orElse(false);
  }

  private Optional<SelectionSpec> definition(YamlNode node) {
    if (node instanceof YamlNode.Scalar text) {
      return new SpecParser(indirect, problems)
          .criterion(text(text), text.where())
          .map(c -> (SelectionSpec) c);
    }
    if (!(node instanceof YamlNode.Mapping block)) {
      bad(node, "a definition is " + node.kind());
      return Optional.empty();
    }
    if (block.get("union").isPresent()) {
      return group(Combination.UNION, block.get("union").get());
    }
    if (block.get("intersection").isPresent()) {
      return group(Combination.INTERSECTION, block.get("intersection").get());
    }
    if (block.entries().size() == 1) {
      YamlNode.Entry entry = block.entries().get(0);
      return criterion(block, entry.key().text(), entry.value());
    }
    Optional<YamlNode> method = block.get("method");
    Optional<YamlNode> value = block.get("value");
    if (method.isEmpty() || value.isEmpty()) {
      bad(node, "a definition needs `method` and `value`, or `union`, or `intersection`");
      return Optional.empty();
    }
    if (text(method.get()).equals("selector")) {
      return find(text(value.get()));
    }
    return without(criterion(block, text(method.get()), value.get()), block.get("exclude"));
  }

  private Optional<SelectionSpec> group(Combination how, YamlNode node) {
    if (!(node instanceof YamlNode.Sequence list)) {
      bad(node, "expected a list of definitions");
      return Optional.empty();
    }
    List<SelectionSpec> parts = new ArrayList<>();
    Optional<YamlNode> exclude = Optional.empty();
    for (YamlNode item : list.items()) {
      if (item instanceof YamlNode.Mapping block
          && block.entries().size() == 1
          && block.get("exclude").isPresent()) {
        exclude = block.get("exclude");
      } else {
        definition(item).ifPresent(parts::add);
      }
    }
    return without(
        Optional.of(new Group(how, parts, IndirectSelection.EAGER, Optional.empty())), exclude);
  }

  private Optional<SelectionSpec> without(
      Optional<SelectionSpec> base, Optional<YamlNode> exclude) {
    if (base.isEmpty() || exclude.isEmpty()) {
      return base;
    }
    return group(Combination.UNION, exclude.get())
        .map(
            excluded ->
                new Group(
                    Combination.DIFFERENCE,
                    List.of(base.get(), excluded),
                    IndirectSelection.EAGER,
                    Optional.empty()));
  }

  private Optional<SelectionSpec> criterion(YamlNode.Mapping block, String method, YamlNode value) {
    String text = text(value);
    IndirectSelection how =
        block
            .get("indirect_selection")
            .flatMap(n -> IndirectSelection.of(text(n)))
            .orElse(indirect);
    return new SpecParser(indirect, problems)
        .criterion(
            method + ":" + text,
            method,
            text,
            isTrue(block, "childrens_parents"),
            depth(block, "parents"),
            depth(block, "children"),
            how,
            value.where())
        .map(c -> (SelectionSpec) c);
  }

  private static int depth(YamlNode.Mapping block, String key) {
    if (!isTrue(block, key)) {
      return 0;
    }
    Object depth = block.get(key + "_depth").map(YamlNode::plain).orElse(null);
    return depth instanceof Long number ? number.intValue() : -1;
  }

  private String text(YamlNode node) {
    if (!(node instanceof YamlNode.Scalar scalar)) {
      return "";
    }
    String text = scalar.text();
    return text.contains("{{") || text.contains("{%")
        ? texts.render(text, scalar.places(), problems).orElse("")
        : text;
  }

  private void bad(YamlNode node, String message) {
    problems.error(SelectError.BAD_SELECTION, node.where(), message, null);
  }
}
