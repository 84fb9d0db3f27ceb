/**
 * Python's values on the JVM, as templates see them: how they print, compare, combine, slice, and
 * which methods they have. Python types are Java types where one fits:
 *
 * <table>
 * <caption>Python and Java</caption>
 * <tr><td>None</td><td>{@code null}</td></tr>
 * <tr><td>bool</td><td>{@link java.lang.Boolean}</td></tr>
 * <tr><td>int</td><td>{@link java.lang.Long}, {@link java.math.BigInteger} when it does not fit</td></tr>
 * <tr><td>float</td><td>{@link java.lang.Double}</td></tr>
 * <tr><td>str</td><td>{@link java.lang.String}</td></tr>
 * <tr><td>list</td><td>{@link java.util.List}</td></tr>
 * <tr><td>tuple</td><td>{@link dev.millrace.jinja.value.Tuple}</td></tr>
 * <tr><td>dict</td><td>{@link java.util.Map}</td></tr>
 * <tr><td>set</td><td>{@link java.util.Set}</td></tr>
 * <tr><td>function</td><td>{@link dev.millrace.jinja.value.Callable}</td></tr>
 * <tr><td>any object</td><td>{@link dev.millrace.jinja.value.Attributes}</td></tr>
 * </table>
 *
 * <p>Nothing here uses reflection: an object shows a template what it implements and no more.
 */
@NullMarked
package dev.millrace.jinja.value;

import org.jspecify.annotations.NullMarked;
