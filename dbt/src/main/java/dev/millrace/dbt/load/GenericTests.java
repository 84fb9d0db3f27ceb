package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the nodes of generic tests, with the names and ids that dbt gives them. */
final class GenericTests {
  /** Tests of dbt itself, whose macros read nothing but their arguments. */
  private static final Set<String> BUILT_IN =
      Set.of("unique", "not_null", "accepted_values", "relationships");

  private static final Pattern NAME = Pattern.compile("(?:([a-zA-Z_]\\w*)\\.)?([a-zA-Z_]\\w*)");
  private static final Pattern FUNCTION =
      Pattern.compile("\\s*(env_var|ref|var|source|doc)\\s*\\(.+\\)\\s*", Pattern.DOTALL);

  private final MacroLibrary macros;
  private final Function<PackageProject, YamlTexts> texts;
  private final Problems problems;
  private final List<Draft> drafts = new ArrayList<>();

  GenericTests(MacroLibrary macros, Function<PackageProject, YamlTexts> texts, Problems problems) {
    this.macros = macros;
    this.texts = texts;
    this.problems = problems;
  }

  /** The tests of everything that was added, in order. */
  List<Draft> drafts() {
    return drafts;
  }

  void add(TestTarget target) {
    for (ColumnEntry column : target.columns()) {
      if (!column.isColumn()) {
        continue;
      }
      boolean quote =
          column.quote() || column.values().get("quote") == null && target.quoteColumns();
      String name = quote ? Identifier.quote(column.name()) : column.name();
      Set<String> tags = new TreeSet<>(target.tags());
      tags.addAll(column.tags());
      TestTarget.tests(column.node())
          .ifPresent(tests -> addAll(target, tests, Optional.of(name), tags));
    }
    target
        .tests()
        .ifPresent(tests -> addAll(target, tests, Optional.empty(), new TreeSet<>(target.tags())));
  }

  private void addAll(
      TestTarget target, YamlNode tests, Optional<String> column, Set<String> tags) {
    if (!(tests instanceof YamlNode.Sequence list)) {
      bad(tests.where(), "`data_tests` is " + tests.kind() + ", expected a list of tests", null);
      return;
    }
    for (YamlNode item : list.items()) {
      if (item instanceof YamlNode.Scalar name) {
        add(target, name, new LinkedHashMap<>(), item, column, tags);
      } else if (item instanceof YamlNode.Mapping block) {
        add(target, block, column, tags);
      } else {
        bad(item.where(), "a test is " + item.kind() + ", expected its name", null);
      }
    }
  }

  private void add(
      TestTarget target, YamlNode.Mapping block, Optional<String> column, Set<String> tags) {
    if (block.get("test_name").orElse(block) instanceof YamlNode.Scalar name) {
      Map<String, @Nullable Object> arguments = YamlValues.plain(block);
      arguments.remove("test_name");
      add(target, name, arguments, block, column, tags);
    } else if (block.entries().size() != 1) {
      bad(
          block.where(),
          "a test has " + block.entries().size() + " names",
          "indent its arguments by two more columns than its name");
    } else {
      YamlNode.Entry entry = block.entries().get(0);
      if (entry.value() instanceof YamlNode.Mapping values) {
        add(target, entry.key(), YamlValues.plain(values), values, column, tags);
      } else if (entry.value().isNull()) {
        add(target, entry.key(), new LinkedHashMap<>(), block, column, tags);
      } else {
        bad(
            entry.value().where(),
            "the arguments of a test are " + entry.value().kind() + ", expected a block of keys",
            null);
      }
    }
  }

  private void bad(SourceLocation where, String message, @Nullable String hint) {
    problems.error(LoadError.BAD_TEST, where, message, hint);
  }

  private void add(
      TestTarget target,
      YamlNode.Scalar name,
      Map<String, @Nullable Object> arguments,
      YamlNode block,
      Optional<String> column,
      Set<String> tags) {
    Matcher matcher = NAME.matcher(name.text());
    if (!matcher.matches()) {
      bad(name.where(), "`" + name.text() + "` is no name of a test", null);
      return;
    }
    if (arguments.containsKey("model")) {
      bad(name.where(), "a test has an argument `model`", "it is what the test belongs to");
      return;
    }
    Optional<String> namespace = Optional.ofNullable(matcher.group(1));
    String test = matcher.group(2);
    PackageProject project = target.entry().project();
    Optional<MacroDef> macro = macros.test(project.name(), namespace, test);
    if (macro.isEmpty()) {
      reportUnknown(name.where(), namespace, test);
      return;
    }
    column.ifPresent(c -> arguments.put("column_name", c));
    if (arguments.remove("arguments") instanceof Map<?, ?> nested) {
      arguments.putAll(Values.map(nested));
    }
    arguments.put("model", "{{ get_where_subquery(" + target.reference() + ") }}");
    Map<String, @Nullable Object> config = TestConfigs.take(arguments, block, texts.apply(project));
    Draft draft = draft(target, namespace, test, arguments, config, name.where());
    column.ifPresent(c -> draft.extra.put("column_name", c));
    draft.tags.addAll(tags);
    draft.tags.addAll(Values.texts(config.get("tags")));
    draft.macros.add(macro.get().id());
    if (test.equals("accepted_values") || test.equals("relationships")) {
      macros
          .find(project.name(), "get_where_subquery")
          .ifPresent(where -> draft.macros.add(where.id()));
    }
    references(target, draft, arguments, BUILT_IN.contains(test) && isInternal(macro.get()), block);
    drafts.add(draft);
  }

  private static boolean isInternal(MacroDef macro) {
    return macro.packageName().equals(MacroLibrary.INTERNAL);
  }

  private Draft draft(
      TestTarget target,
      Optional<String> namespace,
      String test,
      Map<String, @Nullable Object> arguments,
      Map<String, @Nullable Object> config,
      SourceLocation where) {
    Object description = arguments.remove("description");
    Object custom = arguments.remove("name");
    boolean ofSource = target.attached().type == NodeType.SOURCE;
    String kind = namespace.map(n -> n + "_").orElse("") + (ofSource ? "source_" : "") + test;
    TestNames names =
        custom == null
            ? TestNames.of(kind, target.name(), arguments)
            : new TestNames(String.valueOf(custom), String.valueOf(custom));
    if (!names.shortName().equals(names.fullName())) {
      config.putIfAbsent("alias", names.shortName());
    }
    PropertyEntry entry = target.entry();
    List<String> fqn = new ArrayList<>(List.of(entry.project().name()));
    String[] folders = entry.found().original().split("/");
    for (int i = 1; i < folders.length - 1; i++) {
      fqn.add(folders[i]);
    }
    fqn.add(names.fullName());
    String call = namespace.map(n -> n + ".").orElse("") + "test_" + test;
    String code = "{{ " + call + "(**_dbt_generic_test_kwargs) }}" + TestConfigs.code(config);
    Draft draft =
        new Draft(
            NodeType.TEST,
            entry.project(),
            names.fullName(),
            entry.found(),
            entry.file(),
            code,
            fqn);
    draft.path = names.shortName() + ".sql";
    draft.where = where;
    draft.id += "." + TestNames.hash(names.fullName(), namespace, test, arguments);
    draft.configCalls.add(config);
    draft.description = description == null ? "" : String.valueOf(description);
    Map<String, @Nullable Object> own = Values.copy(arguments);
    own.remove("model");
    Object column = own.remove("column_name");
    draft.test =
        Optional.of(
            new DataTest(
                namespace,
                test,
                own,
                Optional.of(target.attached().id),
                Optional.ofNullable(column).map(String::valueOf)));
    draft.extra.put("test_metadata_model", arguments.get("model"));
    draft.extra.put("file_key_name", entry.kind() + "." + entry.name());
    draft.patch = Optional.of(entry);
    return draft;
  }

  /** What the arguments refer to; a macro of somebody else may refer to more. */
  private static void references(
      TestTarget target,
      Draft draft,
      Map<String, @Nullable Object> arguments,
      boolean builtIn,
      YamlNode block) {
    boolean constant = builtIn;
    for (Map.Entry<String, @Nullable Object> argument : arguments.entrySet()) {
      SourceLocation where = block.where();
      if (block instanceof YamlNode.Mapping mapping) {
        where = mapping.get(argument.getKey()).map(YamlNode::where).orElse(where);
      }
      if (argument.getKey().equals("model")) {
        ParsedRelation.of(target.reference(), draft.where).ifPresent(r -> add(draft, r));
      } else if (argument.getValue() instanceof String text) {
        Optional<ParsedRelation> relation = ParsedRelation.of(text, where);
        relation.ifPresent(r -> add(draft, r));
        constant &=
            relation.isPresent() || !FUNCTION.matcher(text).matches() && !text.contains("{{");
      } else if (argument.getValue() instanceof List<?> || argument.getValue() instanceof Map) {
        constant &= !String.valueOf(argument.getValue()).contains("(");
      }
    }
    draft.hasTemplate = !constant;
  }

  private static void add(Draft draft, ParsedRelation relation) {
    relation.ref().ifPresent(draft.refs::add);
    relation.source().ifPresent(draft.sources::add);
  }

  private void reportUnknown(SourceLocation where, Optional<String> namespace, String test) {
    Set<String> known =
        macros.all().stream()
            .filter(m -> m.name().startsWith("test_"))
            .filter(m -> namespace.isEmpty() || m.packageName().equals(namespace.get()))
            .map(m -> m.name().substring("test_".length()))
            .collect(Collectors.toCollection(TreeSet::new));
    String shown = namespace.map(n -> n + ".").orElse("") + test;
    String hint = Suggestion.didYouMean(test, known);
    bad(
        where,
        "no generic test `" + shown + "`",
        hint != null
            ? hint
            : namespace.isPresent() && known.isEmpty()
                ? "no package `" + namespace.get() + "` with tests is installed"
                : "it is a macro `{% test " + test + "(model) %}` in tests/generic or macros");
  }
}
