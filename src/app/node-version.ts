// app: whether the Node that runs this is one that the package was made for.

const VERSION = /^(?:>=|v)?(\d+)\.(\d+)\.(\d+)/;

/**
 * A sentence where it is too old: without it the first missing function would be a stack trace.
 *
 * @param needs as in `engines` of a package.json: `>=22.22.0`; absent, or any other form: nothing is known
 */
export function whyNotThisNode(needs: string | undefined, has: string): string | undefined {
  const [least, is] = [partsOf(needs ?? ''), partsOf(has)];
  if (least === undefined || is === undefined) return undefined;
  const differing = least.findIndex((part, i) => part !== is[i]);
  if (differing < 0 || (is[differing] ?? 0) > (least[differing] ?? 0)) return undefined;
  return `this package needs Node ${least.join('.')} or later, and ${has} runs it; install a newer one, or use a checkout, which brings its own (npm ci)`;
}

function partsOf(version: string): readonly number[] | undefined {
  return VERSION.exec(version)?.slice(1).map(Number);
}
