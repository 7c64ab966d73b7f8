// app: this process as a task of Marathon: who it is and where it listens, from the environment that Marathon sets.

import type { TaskIdentity } from '../../controller/watch/leadership.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Address } from '../options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Undefined where nobody runs us as a task. */
export function taskIdentity(env: Env): TaskIdentity | undefined {
  const { MESOS_TASK_ID: taskId, MARATHON_APP_ID: appId } = env;
  return taskId && appId ? { taskId, appId } : undefined;
}

/**
 * `$HOST:$PORT0`, what Marathon tells the world about a task; undefined where there is no such port.
 *
 * @throws TerminalError for a PORT0 that is none
 */
export function taskAddress(env: Env): Address | undefined {
  const { HOST: host, PORT0: text } = env;
  if (taskIdentity(env) === undefined || !text) return undefined;
  const port = Number(text);
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535)
    throw new TerminalError(
      `PORT0 is '${text}', which is no port; Marathon sets it, or name --api HOST:PORT`,
    );
  return { host: host || '0.0.0.0', port };
}
