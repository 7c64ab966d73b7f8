// app: the options of the embedded Marathon.

import type { OptionTable } from './spec.ts';

export const MARATHON_OPTIONS = {
  port: {
    flag: '--port',
    arg: 'PORT',
    type: 'port',
    env: [],
    help: 'port to listen on (default 8080)',
  },
  host: {
    flag: '--host',
    arg: 'HOST',
    type: 'text',
    env: [],
    help: 'address to listen on (default 127.0.0.1); it runs whatever a client asks for, so any other needs credentials',
  },
  cpus: {
    flag: '--cpus',
    arg: 'N',
    type: 'number',
    env: [],
    help: 'cpus that tasks may share (default 4)',
  },
  mem: {
    flag: '--mem',
    arg: 'MB',
    type: 'number',
    env: [],
    help: 'memory in MB that tasks may share (default 4096)',
  },
  slots: {
    flag: '--slots',
    arg: 'N',
    type: 'integer',
    env: [],
    help: 'most tasks at a time (default: no limit but cpus and mem)',
  },
  agents: {
    flag: '--agents',
    arg: 'N',
    type: 'integer',
    env: [],
    help: 'pretend agents that share cpus, mem and slots (default 1); Mesos endpoints on the same port show them',
  },
  httpCredentialsFile: {
    flag: '--http-credentials-file',
    arg: 'FILE',
    type: 'text',
    env: [],
    help: 'file with the USER:PASSWORD that everybody must give (or set MESOSPHERE_HTTP_CREDENTIALS, as for Marathon)',
  },
  standby: {
    flag: '--standby',
    arg: 'PORT',
    type: 'integer',
    env: [],
    help: 'a second node on this port, which passes requests on to the leader (DELETE /v2/leader makes it lead)',
  },
  look: {
    flag: '--look',
    arg: 'VERSION',
    type: 'text',
    env: [],
    choices: ['1.8', '1.10'],
    help: 'line of Marathon to look like: 1.10 (default), or 1.8 for clients that refuse newer keys (marathon-python)',
  },
  mesosRole: {
    flag: '--mesos-role',
    arg: 'ROLE',
    type: 'text',
    env: [],
    help: 'role of apps that name none, as Marathon has it (default *); apps with persistent volumes need another than *',
  },
  enableFeatures: {
    flag: '--enable-features',
    arg: 'LIST',
    type: 'text',
    env: [],
    help: 'optional features of Marathon, with commas between them: secrets, external_volumes, gpu_resources, … (default none)',
  },
  taskStartDelay: {
    flag: '--task-start-delay',
    arg: 'DURATION',
    type: 'duration',
    env: [],
    help: 'keep every task in staging this long before it starts, e.g. 2s (default 0s)',
  },
} as const satisfies OptionTable;
