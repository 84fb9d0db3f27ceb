package dev.millrace.dbt.select;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.yaml.YamlNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a command is about.
 *
 * @param select the texts of {@code --select}; empty for everything
 * @param exclude the texts of {@code --exclude}
 * @param selector name of a selector in selectors.yml, in place of the two
 * @param types kinds of nodes that may be selected
 * @param indirect which tests come with what they test
 * @param state what {@code state:}, {@code result:} and {@code source_status:} compare with
 * @param emptyNodes whether nodes without code are selected too
 * @param texts renders the templates in selectors.yml
 */
public record SelectionRequest(
    List<String> select,
    List<String> exclude,
    Optional<String> selector,
    Set<NodeType> types,
    IndirectSelection indirect,
    Optional<StateComparison> state,
    boolean emptyNodes,
    Texts texts) {
  /** Renders a text of a YAML file. */
  @FunctionalInterface
  public interface Texts {
    /**
     * The text, rendered.
     *
     * @param where the template's place
     * @param problems gets what fails; then there is no text
     */
    Optional<String> render(String template, YamlNode.Places where, Problems problems);
  }

  /** Copies lists and set. */
  public SelectionRequest {
    select = List.copyOf(select);
    exclude = List.copyOf(exclude);
    types = Set.copyOf(types);
  }

  /** Everything, of all kinds. */
  public static SelectionRequest everything() {
    return new SelectionRequest(
        List.of(),
        List.of(),
        Optional.empty(),
        EnumSet.allOf(NodeType.class),
        IndirectSelection.EAGER,
        Optional.empty(),
        false,
        (template, where, problems) -> Optional.of(template));
  }

  /** The same with other texts. */
  public SelectionRequest with(List<String> selected, List<String> excluded) {
    return new SelectionRequest(
        selected, excluded, selector, types, indirect, state, emptyNodes, texts);
  }

  /** The same by a selector of selectors.yml. */
  public SelectionRequest withSelector(String name) {
    return new SelectionRequest(
        select, exclude, Optional.of(name), types, indirect, state, emptyNodes, texts);
  }

  /** The same for some kinds of nodes. */
  public SelectionRequest withTypes(Set<NodeType> only) {
    return new SelectionRequest(
        select, exclude, selector, only, indirect, state, emptyNodes, texts);
  }

  /** The same with other rules for tests. */
  public SelectionRequest withIndirect(IndirectSelection how) {
    return new SelectionRequest(select, exclude, selector, types, how, state, emptyNodes, texts);
  }

  /** The same with something to compare with. */
  public SelectionRequest withState(StateComparison comparison) {
    return new SelectionRequest(
        select, exclude, selector, types, indirect, Optional.of(comparison), emptyNodes, texts);
  }

  /** The same with templates in selectors.yml. */
  public SelectionRequest withTexts(Texts rendering) {
    return new SelectionRequest(
        select, exclude, selector, types, indirect, state, emptyNodes, rendering);
  }

  /** The same with nodes that have no code. */
  public SelectionRequest withEmptyNodes() {
    return new SelectionRequest(select, exclude, selector, types, indirect, state, true, texts);
  }
}
