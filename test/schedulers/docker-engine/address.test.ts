import { describe, expect, it } from 'vitest';
import {
  engineAddress,
  engineEndpointHost,
  parseEngineAddress,
} from '../../../src/schedulers/docker-engine/address.ts';

describe('the address of an engine', () => {
  it.each([
    ['unix:///var/run/docker.sock', false, 'unix:///var/run/docker.sock'],
    ['unix:////var//run/docker.sock', false, 'unix:///var/run/docker.sock'],
    ['tcp://build7:2376', true, 'https://build7:2376'],
    ['tcp://build7', true, 'https://build7:2376'],
    ['tcp://build7', false, 'http://build7:2375'],
    ['tcp://BUILD7:80', false, 'http://build7:80'],
    ['http://build7:2375', false, 'http://build7:2375'],
    ['https://build7', false, 'https://build7:2376'],
    ['tcp://[::1]:2375', false, 'http://[::1]:2375'],
  ])('%s with tls %s is %s', (host, tls, expected) => {
    const address = engineAddress(host, { tls });
    expect(address.kind === 'unix' ? address.text : address.origin).toBe(expected);
  });

  it.each([
    ['unix://docker.sock', false, 'absolute path'],
    ['unix:///var/run/docker.sock', true, 'speaks no TLS'],
    ['npipe:////./pipe/docker_engine', false, 'Windows pipe'],
    ['ssh://me@build7', false, 'ssh -L'],
    ['tcp://user:s3cr3t@build7:2376', true, 'holds credentials'],
    ['tcp://build7:2376/path', true, 'more or less than a host and a port'],
    ['tcp://build7:2376?a=b', true, 'more or less than a host and a port'],
    ['http://build7:2375', true, 'tls is given'],
    ['build7:2375', false, 'is not an address'],
    ['', false, 'is not an address'],
  ])('%s with tls %s is refused: %s', (host, tls, why) => {
    const address = parseEngineAddress(host, { tls });
    expect('wrong' in address ? address.wrong : '').toContain(why);
    expect(JSON.stringify(address)).not.toContain('s3cr3t');
    expect(() => engineAddress(host, { tls })).toThrow('docker.host');
  });

  it.each([
    ['unix:///var/run/docker.sock', '127.0.0.1'],
    ['tcp://build7:2375', 'build7'],
    ['tcp://[::1]:2375', '::1'],
  ])('reaches published ports of %s at %s', (host, expected) => {
    expect(engineEndpointHost(engineAddress(host))).toBe(expected);
  });
});
