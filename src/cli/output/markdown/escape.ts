// cli: foreign words in Markdown, as GitHub and GitLab render it: they are shown, and do nothing.

const MAX_WORDS = 600;

/** Line breaks, other control characters, and those that turn the direction of text around. */
const INVISIBLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Characters that begin or end something in Markdown or HTML in the middle of a line; `_` not within a word. */
const MARKUP = /[&<>@#\\`*[\]|~$]|(?<!\w)_|_(?!\w)/g;
const HTML_ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** One line with every character visible, cut where it gets too long. */
export function visible(words: string, most = MAX_WORDS): string {
  const shown = words
    .slice(0, most + 1)
    .replace(INVISIBLE, (c) => (c === '\n' ? '⏎' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));
  return words.length <= most && shown.length <= most ? shown : `${shown.slice(0, most).toWellFormed()}…`;
}

/** A sentence: no markup, nobody is notified (`@somebody`), nothing is linked to (`#12`). */
export function text(words: string, most = MAX_WORDS): string {
  return visible(words, most).replace(MARKUP, (c) => {
    if (HTML_ESCAPES.has(c)) return HTML_ESCAPES.get(c) ?? '';
    // An escaped one would still notify or link: that is looked for in what was rendered.
    return c === '@' || c === '#' ? `${c}&#8203;` : `\\${c}`;
  });
}

/** A name, in the type of code. */
export function code(name: string): string {
  const shown = visible(name, 200);
  // A code span needs no escaping but where it ends, and in a table where the cell ends.
  if (shown !== '' && shown === shown.trim() && !/[`|]/.test(shown)) return `\`${shown}\``;
  // Markdown is read within HTML that stands in a line, so here its characters are written as numbers.
  return `<code>${shown.replace(/[^\w\s/.:,-]/gu, (c) => `&#${c.codePointAt(0)};`)}</code>`;
}

/** The same where Markdown is not read: inside of HTML. */
export function htmlCode(name: string): string {
  return `<code>${visible(name, 200).replace(/[&<>]/g, (c) => HTML_ESCAPES.get(c) ?? '')}</code>`;
}

/** A block of code of `language` that its content cannot end. */
export function fenced(language: string, lines: readonly string[]): string {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = '`'.repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}
