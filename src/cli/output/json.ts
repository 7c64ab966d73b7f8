// cli: JSON as people read it too; programs do not mind.

export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? 'null';
}
