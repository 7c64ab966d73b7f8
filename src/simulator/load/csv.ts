// simulator: CSV as RFC 4180 has it: quoted fields may hold commas, line breaks and doubled quotes.

import { TerminalError } from '../../runtime/errors.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** 1-based line in which it begins. */
  readonly line: number;
}

/** Up to a delimiter, or the text of a quoted field and what stands after its closing quote. */
const FIELD = /[ \t]*"((?:[^"]|"")*)"[ \t]*|([^,\r\n]*)/y;

/**
 * Every row that holds something.
 *
 * @param name what the text is called, for messages
 * @throws TerminalError for a quote that is not closed, or that closes in the middle of a field
 */
export function csvRows(text: string, name: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let begun = line;
  // Programs of Windows put a byte order mark first.
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at <= text.length) {
    FIELD.lastIndex = at;
    const [raw = '', quoted, plain = ''] = FIELD.exec(text) ?? [];
    const end = at + raw.length;
    const delimiter = /\r\n|[,\r\n]|$/y;
    delimiter.lastIndex = end;
    const found = delimiter.exec(text)?.[0];
    if (found === undefined || (quoted === undefined && plain.trimStart().startsWith('"')))
      throw new TerminalError(
        `${name}:${line}: column ${cells.length + 1}: a quoted field ends with one " before the next comma; a " within it is written twice`,
      );
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    line += breaksIn(raw);
    at = end + found.length;
    if (found === ',') continue;
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ cells, line: begun });
    if (found === '') break;
    cells = [];
    line += 1;
    begun = line;
  }
  return rows;
}

function breaksIn(text: string): number {
  return text.includes('\n') || text.includes('\r') ? text.split(/\r\n|\r|\n/).length - 1 : 0;
}
