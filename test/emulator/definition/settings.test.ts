// The command line of the embedded Marathon, as far as definitions depend on it.

import { expect, it } from 'vitest';
import { serverSettings } from '../../../src/emulator/definition/settings.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

it.each([
  [{}, '*', []],
  [{ mesosRole: 'shop', enableFeatures: 'secrets, gpu_resources,' }, 'shop', ['secrets', 'gpu_resources']],
])('reads %j', (given, mesosRole, features) =>
  expect(serverSettings(given)).toEqual({ mesosRole, features: new Set(features) }),
);

it.each([
  [{ mesosRole: 'a b' }, '--mesos-role: "a b" is no role'],
  [{ mesosRole: '-a' }, '--mesos-role: "-a" is no role'],
  [{ mesosRole: '..' }, '--mesos-role: ".." is no role'],
  [
    { enableFeatures: 'secrets,magic' },
    '--enable-features: there is no magic; there are external_volumes, gpu_resources, maintenance_mode, secrets, task_killing, vips',
  ],
])('refuses %j', (given, problem) => {
  expect(() => serverSettings(given)).toThrow(TerminalError);
  expect(() => serverSettings(given)).toThrow(problem);
});
