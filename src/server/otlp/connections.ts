// server: connections to a collector, which can be ended: a request that nobody answers would hold the process for 10 s.

import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { messageOf, TerminalError } from '../../runtime/errors.ts';

export type Signal = 'METRICS' | 'TRACES';

export class CollectorConnections {
  readonly #agents = new Set<HttpAgent>();
  #isOpen = true;

  /**
   * For `httpAgentOptions` of an exporter; certificates are those that the variables name.
   *
   * @throws TerminalError for a file that cannot be read
   */
  agentFactory(
    signal: Signal,
    env: Readonly<Record<string, string | undefined>>,
  ): (protocol: string) => HttpAgent {
    const pem = (what: string): Buffer | undefined => {
      const own = `OTEL_EXPORTER_OTLP_${signal}_${what}`;
      const variable = env[own] ? own : `OTEL_EXPORTER_OTLP_${what}`;
      const path = env[variable];
      return path ? fileOf(variable, path) : undefined;
    };
    const tls = { ca: pem('CERTIFICATE'), cert: pem('CLIENT_CERTIFICATE'), key: pem('CLIENT_KEY') };
    return (protocol) => {
      const isOpen = (): boolean => this.#isOpen;
      const agent = protocol === 'https:' ? new EndingHttpsAgent(isOpen, tls) : new EndingHttpAgent(isOpen);
      this.#agents.add(agent);
      return agent;
    };
  }

  /** What waits for an answer fails, and so does what is tried from now on. */
  close(): void {
    this.#isOpen = false;
    for (const agent of this.#agents) agent.destroy();
  }
}

class EndingHttpAgent extends HttpAgent {
  readonly #isOpen: () => boolean;

  constructor(isOpen: () => boolean) {
    super({ keepAlive: true });
    this.#isOpen = isOpen;
  }

  override createConnection(...of: Parameters<HttpAgent['createConnection']>) {
    refuseUnless(this.#isOpen());
    return super.createConnection(...of);
  }
}

class EndingHttpsAgent extends HttpsAgent {
  readonly #isOpen: () => boolean;

  constructor(isOpen: () => boolean, tls: object) {
    super({ keepAlive: true, ...tls });
    this.#isOpen = isOpen;
  }

  override createConnection(...of: Parameters<HttpsAgent['createConnection']>) {
    refuseUnless(this.#isOpen());
    return super.createConnection(...of);
  }
}

function refuseUnless(isOpen: boolean): void {
  if (!isOpen) throw new Error('the operator stops');
}

function fileOf(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new TerminalError(`${variable} names ${path}, which cannot be read: ${messageOf(error)}`);
  }
}
