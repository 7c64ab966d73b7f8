// emulator: asks real tasks: over HTTP, by a connection, by a command in their sandbox.

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { ProcessRunner } from '../mesos/process-runner.ts';
import type { HttpAnswer, HttpTarget, Prober } from './prober.ts';

/** As much of a body as is kept, in characters. */
const BODY_LIMIT = 65_536;

export function createNetworkProber(runner: ProcessRunner): Prober {
  return {
    get,
    connect: openAndClose,
    run: ({ taskId, command, env }, signal) =>
      runner.runBeside({ taskId, argv: ['/bin/sh', '-c', command], env }, signal),
  };
}

function get({ scheme, host, port, path }: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> {
  const request = scheme === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // Like Marathon: a check looks whether somebody answers, not whether the certificate is a good one.
    const options = { host, port, path, signal, agent: false, rejectUnauthorized: false };
    const call = request(options, (response) => readAnswer(response).then(resolve, reject));
    call.once('error', (error) => reject(signal.aborted ? signal.reason : error));
    call.end();
  });
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  response.setEncoding('utf8');
  let body = '';
  for await (const part of response) {
    body += part;
    if (body.length > BODY_LIMIT) break;
  }
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    contentType: response.headers['content-type']?.split(';')[0]?.trim() ?? '',
    body: body.slice(0, BODY_LIMIT),
  };
}

function openAndClose(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) => reject(signal.aborted ? signal.reason : error));
  });
}
