// api: how labels and other qualified names are written (k8s.io/apimachinery `pkg/util/validation`).

const NAME = '[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const QUALIFIED_NAME = new RegExp(`^(?:([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)/)?${NAME}$`);
const LABEL_VALUE = new RegExp(`^(?:${NAME})?$`);
const MAX_PREFIX_LENGTH = 253;
const MAX_LENGTH = MAX_PREFIX_LENGTH + 1 + 63;

/** The key of a label, a finalizer: `team`, `example.com/team`. */
export function isQualifiedName(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const found = QUALIFIED_NAME.exec(text);
  return found !== null && (found[1] ?? '').length <= MAX_PREFIX_LENGTH;
}

export function isLabelValue(text: string): boolean {
  return LABEL_VALUE.test(text);
}
