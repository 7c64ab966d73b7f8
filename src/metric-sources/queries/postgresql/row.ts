// metric-sources: the fields of a reading in the one row that a query has.

import { TransientError } from '../../../runtime/errors.ts';
import { READING_FIELDS, type ReadingField, type ReadingFields } from '../../connection/reading-fields.ts';

export interface Column {
  readonly name: string;
  /** The object id of its type. */
  readonly dataTypeID: number;
}

export interface FoundFields {
  readonly values: ReadingFields<unknown>;
  /** Columns by their field, as the query names them. */
  readonly names: ReadingFields<string>;
}

/** SQL folds `inFlight` to `inflight` unless it is quoted, so neither letter case nor underscores can matter. */
function folded(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

const FIELD_BY_NAME: ReadonlyMap<string, ReadingField> = new Map(
  READING_FIELDS.map((field) => [folded(field), field]),
);
/** As people write them in SQL. */
const COLUMNS = READING_FIELDS.map((field) => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)).join(
  ', ',
);

const TIMESTAMP_WITHOUT_TIME_ZONE = 1114;

/** @throws TransientError that says why the answer is not one reading */
export function fieldsOf(columns: readonly Column[], rows: readonly (readonly unknown[])[]): FoundFields {
  if (columns.length === 0) throw new TransientError('the query gives no columns; it must be a SELECT');
  const [row, ...others] = rows;
  if (row === undefined)
    throw new TransientError(
      'the query gives no row, which is not the same as none waiting; count with count(*)',
    );
  if (others.length > 0)
    throw new TransientError(
      `the query gives ${rows.length} rows; it must give one, with sums and without GROUP BY`,
    );
  const values: Partial<Record<ReadingField, unknown>> = {};
  const names: Partial<Record<ReadingField, string>> = {};
  for (const [i, { name, dataTypeID }] of columns.entries()) {
    const field = FIELD_BY_NAME.get(folded(name));
    if (field === undefined)
      throw new TransientError(`column ${shown(name)} is no field of a reading; those are ${COLUMNS}`);
    if (names[field] !== undefined)
      throw new TransientError(
        `columns ${names[field]} and ${shown(name)} are the same field; keep one of them`,
      );
    if (dataTypeID === TIMESTAMP_WITHOUT_TIME_ZONE)
      throw new TransientError(
        `column ${shown(name)} has no time zone; add AT TIME ZONE 'UTC', or whose it is`,
      );
    names[field] = shown(name);
    // The oldest of none has no age. Any other null is a number that is not known.
    if (field === 'oldestAgeSeconds' && row[i] === null) continue;
    if (row[i] === null)
      throw new TransientError(`column ${shown(name)} is null; if that means none, write coalesce(…, 0)`);
    values[field] = row[i];
  }
  if (names.waiting !== undefined && names.total !== undefined)
    throw new TransientError('columns waiting and total exclude each other; keep one of them');
  if (names.waiting === undefined && names.total === undefined)
    throw new TransientError('the query has neither a column waiting nor a column total');
  return { values, names };
}

/** No name of PostgreSQL's own is longer; other servers may send anything. */
function shown(name: string): string {
  return name.slice(0, 63);
}
