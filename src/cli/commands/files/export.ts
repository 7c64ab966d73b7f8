// cli: `microscaling export`.

import { exportServices } from '../../../app/commands/export/ecs.ts';
import { type Exported, exportPolicy } from '../../../app/commands/export/export.ts';
import { exportDeployments } from '../../../app/commands/export/kubernetes.ts';
import { exportSwarm } from '../../../app/commands/export/swarm.ts';
import type { OptionValues } from '../../../app/options.ts';
import { defined } from '../../../lang/defined.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { text, notes } = await exported(options, context);
  for (const note of notes) context.note(`note: ${note}`);
  context.print(text.trimEnd());
  return 0;
}

function exported(
  options: OptionValues,
  { arguments: apps, env, signal }: CommandContext,
): Promise<Exported> {
  const {
    marathon = [],
    file: files,
    name,
    definitions = false,
    namespace,
    kubeconfig,
    kubeContext,
  } = options;
  if (options.kubernetes === true) {
    const where = { namespace: namespace ?? 'default', ...defined({ kubeconfig, context: kubeContext }) };
    return exportDeployments({ ...where, deployments: apps, ...defined({ name }), env }, signal);
  }
  if (options.ecs === true) {
    const { cluster = 'default', region, endpoint } = options;
    const where = { cluster, ...defined({ region, endpoint }) };
    return exportServices({ ...where, services: apps, ...defined({ name }), env }, signal);
  }
  if (options.swarm === true) {
    const { dockerHost: host } = options;
    return exportSwarm({ services: apps, ...defined({ host, name }), env }, signal);
  }
  if (apps.length === 0)
    throw new TerminalError('name the apps of Marathon to export, or --kubernetes, --ecs or --swarm');
  return exportPolicy({ marathon, ...defined({ files, name }), apps, definitions, env }, signal);
}
