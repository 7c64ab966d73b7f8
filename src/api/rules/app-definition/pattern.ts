// api: which regular expressions Java refuses for certain.

/** Java knows more than JavaScript (`(?i)`, `a++`, `\Q`), so only what is wrong in both counts. */
export function badPattern(pattern: string): boolean {
  if (compiles(pattern)) return false;
  return compilesNot(pattern.replaceAll(/\\[QE]|\(\?[a-zA-Z-]+:?\)?/g, '').replaceAll(/([*+?}])\+/g, '$1'));
}

function compilesNot(pattern: string): boolean {
  return !compiles(pattern);
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
