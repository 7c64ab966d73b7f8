// emulator: the answer to a change of the wanted state.

import type { DeploymentResult } from '../../marathon/groups/group-manager.ts';
import { json } from '../protocol/call.ts';

/** Accepted, not done. */
export function accepted(result: DeploymentResult, status = 200): Response {
  return json(status, result, { 'Marathon-Deployment-Id': result.deploymentId });
}
