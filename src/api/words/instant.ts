// api: a moment in sentences: UTC and in whole seconds everywhere, so that a view can show it in the reader's own time.

/** `2026-01-01T00:00:00Z`. */
export function instantText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
