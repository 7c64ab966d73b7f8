// app: whether the process of another demo goes on.

export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's is there, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
