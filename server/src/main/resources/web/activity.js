// What a source that reads one file after the other tells of itself.
import {plain} from './format.js';

/** One line, such as: reads in/a.csv.gz, 43 %; 12 wait; 1 failed. */
export function activityText(a) {
  const parts = [a.reading ? `reads ${a.reading}${a.fraction === null ? '' : `, ${Math.floor(a.fraction * 100)} %`}` : 'reads nothing now'];
  if (a.waiting) parts.push(`${plain(a.waiting)} wait`);
  if (a.failed) parts.push(`${plain(a.failed)} failed`);
  if (a.refused) parts.push(`${plain(a.refused)} could not be moved, renamed or deleted (${a.refusal})`);
  return parts.join('; ');
}

/** The source of one of its streams: all but the last part of the stream's name. */
export const sourceOf = (stream) => stream.slice(0, stream.lastIndexOf('.'));

/** Where the files of a source are asked for in SQL. */
export const filesAddress = (source) =>
  `/sql?q=${encodeURIComponent(`SELECT *\nFROM system.files\nWHERE source = '${source.replaceAll("'", "''")}'\nORDER BY recorded_at DESC\nLIMIT 100`)}`;
