// app: `deploy/marathon/operator.json`: the operator's definition with words where a person has to put something.

import { installationApps, operatorId, TOKEN } from './definitions.ts';
import { ACCOUNT_KEY, DEFAULT_GROUP } from './settings.ts';

/** The same that install writes for an image. */
export function operatorExample(): string {
  const apps = installationApps(
    {
      group: DEFAULT_GROUP,
      image: 'REGISTRY/microscaling:VERSION',
      marathonFromInside: ['http://marathon.mesos:8080'],
      storage: {
        AZURE_STORAGE_ACCOUNT_NAME: 'YOUR-ACCOUNT-NAME',
        [ACCOUNT_KEY]: 'YOUR-ACCOUNT-KEY',
        AZURE_STORAGE_QUEUE_NAME: 'YOUR-QUEUE-NAME',
      },
    },
    `YOUR-${TOKEN}`,
  );
  const operator = apps.find(({ id }) => id === operatorId(DEFAULT_GROUP));
  return `${JSON.stringify(operator, null, 2)}\n`;
}
