/** YAML as a tree in which every key and value knows its place in the file. */
@NullMarked
package dev.millrace.project.yaml;

import org.jspecify.annotations.NullMarked;
