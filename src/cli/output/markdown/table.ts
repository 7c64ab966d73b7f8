// cli: Markdown tables; cells are Markdown already.

/** `rows` as `row` makes them. */
export function markdownTable(heads: readonly string[], rows: readonly string[]): string {
  return [row(heads), row(heads.map(() => '---')), ...rows].join('\n');
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The first of many that fit into `mostBytes`, and how many were left out. */
export function fitting(
  items: Iterable<string>,
  mostBytes: number,
): { readonly shown: readonly string[]; readonly left: number } {
  const shown: string[] = [];
  let room = mostBytes;
  let left = 0;
  for (const item of items) {
    room -= Buffer.byteLength(item) + 2;
    if (room < 0 || left > 0) left++;
    else shown.push(item);
  }
  return { shown, left };
}

export function plural(count: number, word: string): string {
  const many = /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
  return `${count} ${count === 1 ? word : many}`;
}
