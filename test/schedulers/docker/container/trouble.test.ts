import { describe, expect, it } from 'vitest';
import { endedTrouble, launchTrouble } from '../../../../src/schedulers/docker/container/trouble.ts';
import { EngineRefusal } from '../../../../src/schedulers/docker-engine/failure.ts';

describe('why a container does not run', () => {
  it.each([
    ['NoRoom', 400, 'Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
    ['NoRoom', 500, 'write /var/lib/docker/tmp/x: no space left on device'],
    ['NotPlaced', 404, 'No such image: nope:1'],
    [
      'NotPlaced',
      500,
      'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated',
    ],
    ['NotPlaced', 404, 'network shop not found'],
    ['BackingOff', 400, 'exec: "nosuch": executable file not found in $PATH'],
  ] as const)("is %s in the engine's words: %s %s", (reason, status, words) => {
    expect(launchTrouble(new EngineRefusal('starting', status, words))).toEqual({ reason, text: words });
  });

  it.each([
    [{ exitCode: 3, outOfMemory: false }, 'container shop-1 ended with exit code 3'],
    [{ exitCode: 137, outOfMemory: true }, 'used more memory than mem'],
    [{ exitCode: 127, outOfMemory: false, startError: 'exec: no such file' }, 'exec: no such file'],
  ])('is how it ended: %j', (details, text) => {
    expect(endedTrouble(details, 'shop-1').text).toContain(text);
    expect(endedTrouble(details, 'shop-1').text).toContain('docker logs shop-1');
  });
});
