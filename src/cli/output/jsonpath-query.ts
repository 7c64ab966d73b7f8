// cli: an expression of kubectl's JSONPath as a query of RFC 9535.
// Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/

/** A name after a dot, until what ends it; a backslash takes the meaning of the next character away. */
const NAME = /(?:\\.|[^.[\]()\s=!<>&|,*?'"\\@$])+/y;

/**
 * `.metadata.labels.a\.b` becomes `$['metadata']['labels']['a.b']`, `@` the item itself. What stands in quotes stays as
 * it is.
 */
export function queryOf(expression: string): string {
  const relative = /^[@$]/.test(expression) ? expression.slice(1) : expression;
  const whole = /^(\.|\[|$)/.test(relative) ? relative : `.${relative}`;
  return `$${rewritten(whole === '.' ? '' : whole)}`;
}

function rewritten(text: string): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d*\.\d+/y;
    quoted.lastIndex = at;
    const literal = quoted.exec(text)?.[0];
    if (literal !== undefined) {
      out += literal;
      at += literal.length;
      continue;
    }
    const dots = text.startsWith('..', at) ? 2 : text[at] === '.' ? 1 : 0;
    NAME.lastIndex = at + dots;
    const name = dots === 0 ? undefined : NAME.exec(text)?.[0];
    if (name === undefined) {
      out += text[at];
      at += 1;
      continue;
    }
    out += `${dots === 2 ? '..' : ''}[${JSON.stringify(name.replace(/\\(.)/g, '$1'))}]`;
    at += dots + name.length;
  }
  return out;
}
