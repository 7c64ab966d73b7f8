// app: what an installation is made from, checked before anything is touched.

import { APP_ID_PATTERN } from '../../../api/schema/shapes.ts';
import { defined } from '../../../lang/defined.ts';
import { TerminalError } from '../../../runtime/errors.ts';

export const DEFAULT_GROUP = '/microscaling-demo';

type Env = Readonly<Record<string, string | undefined>>;

export interface InstallSettings {
  /** The Marathon group of the four apps. */
  readonly group: string;
  /** Docker image that holds `microscaling`; absent: the command is on the tasks' PATH. */
  readonly image?: string;
  /** Marathon as the operator reaches it from inside the cluster. */
  readonly marathonFromInside: readonly string[];
  /** The tutorial's variables. */
  readonly storage: Readonly<Record<string, string>>;
}

/** What people said. */
export interface InstallWish {
  readonly group?: string;
  readonly image?: string;
  readonly process?: boolean;
  readonly marathon?: readonly string[];
  readonly operatorMarathonUrl?: readonly string[];
}

export const ACCOUNT_KEY = 'AZURE_STORAGE_ACCOUNT_KEY';
const REQUIRED = ['AZURE_STORAGE_ACCOUNT_NAME', ACCOUNT_KEY, 'AZURE_STORAGE_QUEUE_NAME'];
const OPTIONAL = ['AZURE_STORAGE_QUEUE_ENDPOINT'];

/** @throws TerminalError that says what is missing and how to give it */
export function installSettings(wish: InstallWish, env: Env): InstallSettings {
  const marathonFromInside = wish.operatorMarathonUrl ?? wish.marathon ?? [];
  if (marathonFromInside.length === 0) {
    throw new TerminalError(
      'no Marathon is named: give --marathon URL or MSS_MARATHON_API (and --operator-marathon-url where it has another address from inside the cluster)',
    );
  }
  if ((wish.image !== undefined) === (wish.process === true)) {
    throw new TerminalError(
      'how do the apps run? give either --image IMAGE, a Docker image made from the Dockerfile, or --process, the commands of this checkout in an embedded server',
    );
  }
  return {
    group: checkedGroup(wish.group),
    ...defined({ image: wish.image }),
    marathonFromInside,
    storage: storageVariables(env),
  };
}

/** @throws TerminalError for a path that Marathon would not take */
export function checkedGroup(group = DEFAULT_GROUP): string {
  if (new RegExp(APP_ID_PATTERN).test(group)) return group;
  throw new TerminalError(
    `--group: '${group}' is not a group of Marathon; write it like ${DEFAULT_GROUP}, in lower case`,
  );
}

function storageVariables(env: Env): Readonly<Record<string, string>> {
  const missing = REQUIRED.filter((name) => !env[name]?.trim());
  if (missing.length > 0) {
    throw new TerminalError(
      `${missing.join(', ')} not set: the apps need the name and the key of a storage account and the name of a queue in it`,
    );
  }
  const given = [...REQUIRED, ...OPTIONAL].map((name) => [name, env[name]?.trim() ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}
