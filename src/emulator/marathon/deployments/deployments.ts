// emulator: deployments under way, each holding the locks of its apps until it has ended or is cancelled.

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { type ActionDeps, runAction } from './actions.ts';
import { DeploymentGate } from './deployment-gate.ts';
import { type DeploymentPlan, planView, type Step, stepView } from './plan.ts';

export interface Deployment {
  readonly plan: DeploymentPlan;
  /** 1-based; 0 before the first step. */
  readonly currentStep: number;
}

interface RunningDeployment extends Deployment {
  currentStep: number;
  /** Does nothing but hold its locks until this resolves. */
  readonly idleUntil?: Promise<void>;
  readonly cancelled: AbortController;
  /** Resolved when it has done all that needs no waiting. */
  readonly begun: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<void>;
}

export interface DeploymentsDeps extends Omit<ActionDeps, 'pause'> {
  readonly log: Logger;
}

export class Deployments {
  readonly gate = new DeploymentGate();
  readonly #deps: DeploymentsDeps;
  readonly #running = new Map<string, RunningDeployment>();
  /** By app id; two deployments never share an app. */
  readonly #locks = new Map<string, RunningDeployment>();

  constructor(deps: DeploymentsDeps) {
    this.#deps = deps;
  }

  get running(): readonly Deployment[] {
    return [...this.#running.values()];
  }

  get(id: string): Deployment | undefined {
    return this.#running.get(id);
  }

  /** The deployment that holds an app. */
  lockOf(appId: string): Deployment | undefined {
    return this.#locks.get(appId);
  }

  /** When the deployment that holds an app has ended. */
  whenFree(appId: string): Promise<void> | undefined {
    return this.#locks.get(appId)?.ended.promise;
  }

  /** The deployments that hold any of these apps. */
  holding(appIds: Iterable<string>): readonly DeploymentPlan[] {
    const found = new Set<DeploymentPlan>();
    for (const id of appIds) {
      const deployment = this.#locks.get(id);
      if (deployment !== undefined) found.add(deployment.plan);
    }
    return [...found];
  }

  /**
   * Takes the locks and returns; the caller has made sure that they are free.
   *
   * @param idleUntil when given, the actions are only shown, and each step lasts until it resolves
   * @returns resolves when everything is done that needs no waiting for tasks
   */
  start(plan: DeploymentPlan, idleUntil?: Promise<void>): Promise<void> {
    const deployment: RunningDeployment = {
      plan,
      currentStep: 0,
      cancelled: new AbortController(),
      begun: Promise.withResolvers(),
      ended: Promise.withResolvers(),
      ...(idleUntil === undefined ? {} : { idleUntil }),
    };
    this.#running.set(plan.id, deployment);
    for (const { id } of plan.changes) this.#locks.set(id, deployment);
    void this.#run(deployment);
    return deployment.begun.promise;
  }

  /** Gives up its locks and leaves the world as it is. */
  cancel(id: string): void {
    const deployment = this.#running.get(id);
    if (deployment === undefined) return;
    this.#end(deployment);
    deployment.cancelled.abort();
    this.#publish('deployment_failed', deployment, { reason: 'The upgrade has been cancelled' });
  }

  close(): void {
    for (const deployment of [...this.#running.values()]) {
      this.#end(deployment);
      deployment.cancelled.abort();
    }
  }

  async #run(deployment: RunningDeployment): Promise<void> {
    // Accepted first, begun later: the answer carries an id that no event has named yet.
    await Promise.resolve();
    for (const { id } of deployment.plan.changes) this.#deps.instances.health.reconcile(id);
    try {
      for (const step of deployment.plan.steps) await this.#runStep(deployment, step);
      await this.gate.whenOpen(
        deployment.plan.changes.map(({ id }) => id),
        deployment.cancelled.signal,
      );
      this.#end(deployment);
      this.#publish('deployment_success', deployment);
      for (const { id } of deployment.plan.changes) {
        this.#deps.instances.health.reconcile(id);
        this.#deps.instances.scaleCheck(id);
      }
    } catch (error) {
      if (deployment.cancelled.signal.aborted) return;
      this.#end(deployment);
      this.#publish('deployment_failed', deployment, { reason: messageOf(error) });
      this.#deps.log.error('a deployment stopped half-way; the apps stay as they are', {
        deployment: deployment.plan.id,
        error,
      });
    }
  }

  async #runStep(deployment: RunningDeployment, step: Step): Promise<void> {
    const { signal } = deployment.cancelled;
    signal.throwIfAborted();
    deployment.currentStep++;
    this.#publish('deployment_info', deployment, { currentStep: stepView(step) });
    const pause = async (): Promise<void> => {
      deployment.begun.resolve();
      await deployment.begun.promise;
    };
    if (deployment.idleUntil === undefined)
      await Promise.all(step.actions.map((action) => runAction(action, { ...this.#deps, pause }, signal)));
    else await pause().then(() => deployment.idleUntil);
    signal.throwIfAborted();
    this.#publish('deployment_step_success', deployment, { currentStep: stepView(step) });
  }

  #end(deployment: RunningDeployment): void {
    this.#running.delete(deployment.plan.id);
    for (const { id } of deployment.plan.changes) {
      if (this.#locks.get(id) === deployment) this.#locks.delete(id);
      this.#deps.instances.readiness.forget(id);
    }
    deployment.ended.resolve();
    deployment.begun.resolve();
  }

  #publish(eventType: string, { plan }: Deployment, extra: Record<string, unknown> = {}): void {
    const about = eventType === 'deployment_success' || eventType === 'deployment_failed';
    this.#deps.events.publish(eventType, {
      ...(about ? { id: plan.id } : {}),
      plan: planView(plan),
      ...extra,
    });
  }
}
