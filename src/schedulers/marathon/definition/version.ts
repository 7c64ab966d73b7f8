// schedulers/marathon: what differs between the versions of Marathon.

/** Since 1.8 a waiting instance is a real one and dies last (docs/design/marathon.md#who-dies). Unknown counts as newest. */
export function waitingDiesLast(version: string | undefined): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version ?? '');
  if (parts === null) return true;
  const [major, minor] = [Number(parts[1]), Number(parts[2])];
  return major > 1 || (major === 1 && minor >= 8);
}
