// policy-sources: which files hold policies, and how much of them is read, wherever the files are.

/** Names of files that hold policies. */
export const POLICY_FILE = /\.(ya?ml|json)$/i;

/** More than these means that the path is a disk, not a directory of policies. */
export const MAX_FILES = 10_000;

/** Of one file. */
export const MAX_BYTES = 1024 * 1024;

export const NOT_UTF8 = 'it is not UTF-8 text; save it as UTF-8';

/** Undefined when the bytes are no UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function tooLarge(bytes: number): string {
  return `it has ${bytes} bytes, more than the ${MAX_BYTES} (1 MiB) a policy file may have; split it`;
}

export function tooMany(): string {
  return `it holds more than ${MAX_FILES} policy files`;
}
