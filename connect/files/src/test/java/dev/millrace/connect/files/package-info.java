@org.jspecify.annotations.NullMarked
package dev.millrace.connect.files;
