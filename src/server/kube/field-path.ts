// server: places in an object as Kubernetes writes them.

/** `spec.apps[0].id` from the JSON pointer `/spec/apps/0/id`; a name that is no word is quoted: `env["A.B"]`. */
export function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => {
      if (/^\d+$/.test(part)) return `[${part}]`;
      return /^[A-Za-z_][\w-]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
    })
    .join('')
    .replace(/^\./, '');
}
