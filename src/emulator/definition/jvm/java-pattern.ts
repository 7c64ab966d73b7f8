// emulator: regular expressions as Java reads them, for what JavaScript reads otherwise.

/** The expression; undefined where Java refuses it. What only Java knows is read as the nearest thing there is. */
export function javaPattern(text: string): RegExp | undefined {
  if (hasOnlyJavaScript(text)) return undefined;
  const flags = new Set<string>();
  const source = text
    .replaceAll(/\\Q(.*?)(?:\\E|$)/gs, (_, literal: string) =>
      literal.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .replaceAll(/\(\?([imsux]+)\)/g, (_, given: string) => {
      for (const flag of given) if ('ims'.includes(flag)) flags.add(flag);
      return '';
    })
    .replaceAll('(?>', '(?:')
    .replaceAll(/([*+?}])\+/g, '$1')
    .replaceAll(/\\[AzZG]/g, (anchor) => (anchor === '\\A' ? '^' : '$'));
  try {
    return new RegExp(`^(?:${source})$`, [...flags].join(''));
  } catch {
    return undefined;
  }
}

export function isJavaPattern(text: string): boolean {
  return javaPattern(text) !== undefined;
}

/** A brace that counts nothing, or an escape that means nothing: JavaScript takes both as they are. */
function hasOnlyJavaScript(text: string): boolean {
  const quoted = text.replaceAll(/\\Q.*?(?:\\E|$)/gs, '').replaceAll(/\\[pPxN]\{[^}]*\}/g, 'e');
  const outsideClasses = quoted.replaceAll(/\\./gs, 'e').replaceAll(/\[[^\]]*\]/g, 'c');
  return /\{(?!\d+(?:,\d*)?\})/.test(outsideClasses) || /\\[CEFIJKLMOTUYgijlmoqy]/.test(quoted);
}
