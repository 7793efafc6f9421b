/**
 * CloudFormation's part in a region process: stacks are deployed, continued after a crash, and destroyed, by
 * calling the services' resource handlers. It knows no service by name.
 */
import type { Journal, Json, Properties, Store } from '../services/contract.ts';
import { type DynamicReference, resolve, resolveDynamic } from '../template/index.ts';
import type { Clock } from '../time/clock.ts';
import { cleanUp } from './cleanup.ts';
import {
  beginDeployment,
  deploy,
  destroy,
  newStack,
  type OperationContext,
  type Outcome,
  outcome,
  rollBack,
  setStatus,
} from './deployment.ts';
import type { ForwardContext } from './phases.ts';
import { type DeployRequest, type Plan, planDeployment } from './plan.ts';
import { type OnProgress, progressReporter } from './progress.ts';
import { unservedProperties } from './property-fates.ts';
import { openRecords, type StackRecord } from './records.ts';
import { coerceProperties, type Schema } from './schema.ts';
import type { RegisteredHandler } from './steps.ts';
import { type StackView, viewOf } from './view.ts';

export interface ProvisionerOptions {
  readonly store: Store;
  /** By CloudFormation type. */
  readonly handlers: ReadonlyMap<string, RegisteredHandler>;
  readonly account: string;
  readonly region: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Journal;
  readonly schema: Schema;
  /** Systems Manager parameters (`name` or `name:version`); undefined if there is none. */
  readonly resolveSsm: (name: string, secure: boolean) => Promise<string | undefined>;
  /** The value of {{resolve:secretsmanager:…}}, with its JSON key applied. */
  readonly resolveSecret: (
    reference: Extract<DynamicReference, { readonly service: 'secretsmanager' }>,
  ) => Promise<string>;
  /** What Fn::GetAZs gives. Default: zones a, b and c. */
  readonly zones?: (region: string) => readonly string[];
}

export interface Provisioner extends StackView {
  /** Creates, updates or continues. Rejects, before anything is touched, when the request itself is wrong. */
  deploy(request: DeployRequest, onProgress?: OnProgress): Promise<Outcome>;
  /** Undefined when there is no such stack. Rejects while another stack uses one of its exports. */
  destroy(stackName: string, onProgress?: OnProgress): Promise<Outcome | undefined>;
}

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const { account, region, clock, journal } = options;
  const records = openRecords(options.store);
  const context: OperationContext = { records, journal, now: () => clock.now() };
  const busy = new Set<string>();
  const zones = options.zones ?? ((name: string) => ['a', 'b', 'c'].map((zone) => name + zone));
  const planContext = {
    records,
    zones,
    ssm: async (name: string) => await options.resolveSsm(name, false),
    isKnownType: (type: string) => options.handlers.has(type),
  };

  const exclusively = async <T>(stackName: string, work: () => Promise<T>): Promise<T> => {
    if (busy.has(stackName)) throw new Error(`stack ${stackName} is in the middle of another operation`);
    busy.add(stackName);
    try {
      return await work();
    } finally {
      busy.delete(stackName);
    }
  };

  const forwardContext = (
    stack: StackRecord,
    plan: Plan | undefined,
    onProgress: OnProgress,
  ): ForwardContext => ({
    stack: { name: stack.name, id: stack.id },
    operation: stack.operation,
    records,
    now: context.now,
    handlerOf: (type) => {
      const found = options.handlers.get(type);
      if (!found) throw new Error(`no service here has a handler for ${type}`);
      return found.handler;
    },
    rulesOf: (type) => {
      const handler = options.handlers.get(type)?.handler;
      return {
        replaceOn: handler?.replaceOn ?? options.schema[type]?.replaceOn ?? [],
        canUpdate: handler?.update !== undefined,
      };
    },
    wanted: ({ declaration }) => {
      if (!plan) throw new Error('nothing is wanted while a stack is taken back');
      const place = { file: plan.template.file, path: `Resources.${declaration.logicalId}.Properties` };
      const resolved = resolve(declaration.properties as Json, plan.scope, place) ?? {};
      const properties = coerceProperties(resolved as Properties, options.schema[declaration.type]);
      const fate = options.handlers.get(declaration.type)?.fate;
      const [unserved] =
        fate?.fate === 'runs' && fate.properties ? unservedProperties(properties, fate.properties) : [];
      if (unserved) throw new Error(`${unserved.path} ${unserved.problem}`);
      return properties;
    },
    withSecrets: async ({ logicalId }, properties) => {
      const place = { file: stack.target.templateFile, path: `Resources.${logicalId}.Properties` };
      return (await resolveDynamic(properties as Json, lookUp, place)) as Properties;
    },
    report: progressReporter(
      stack.name,
      plan?.graph.nodes.size ?? records.resources(stack.name).length,
      onProgress,
    ),
  });

  const lookUp = async (reference: DynamicReference): Promise<string> => {
    if (reference.service === 'secretsmanager') return await options.resolveSecret(reference);
    const name = reference.version ? `${reference.name}:${reference.version}` : reference.name;
    const value = await options.resolveSsm(name, reference.service === 'ssm-secure');
    if (value === undefined) throw new Error(`Systems Manager has no parameter ${name} in ${region}`);
    return value;
  };

  /** Brings a stack that was cut off while going back, cleaning up or deleting to the end of that. */
  const settle = async (found: StackRecord, onProgress: OnProgress): Promise<StackRecord | undefined> => {
    const forward = forwardContext(found, undefined, onProgress);
    switch (found.status) {
      case 'ROLLBACK_IN_PROGRESS':
        return await settle(await rollBack(context, forward, found, []), onProgress);
      case 'UPDATE_ROLLBACK_IN_PROGRESS':
        return await settle(await rollBack(context, forward, found, []), onProgress);
      case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
        await cleanUp(forward, false);
        return setStatus(context, found, 'UPDATE_COMPLETE');
      case 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS':
        await cleanUp(forward, true);
        return setStatus(context, found, 'UPDATE_ROLLBACK_COMPLETE', found.reason);
      case 'ROLLBACK_COMPLETE':
      case 'ROLLBACK_FAILED':
      case 'DELETE_IN_PROGRESS':
      case 'DELETE_FAILED': {
        // Such a stack can only be deleted; what was asked for is then made anew.
        const ended = await destroy(context, forward, found, `it was ${found.status} and is made anew`);
        if (!ended.succeeded)
          throw new Error(
            `stack ${found.name} cannot be deleted: ${ended.failures.map((each) => `${each.logicalId}: ${each.reason}`).join('; ')}`,
          );
        return undefined;
      }
      default:
        return found;
    }
  };

  const deployExclusively = async (request: DeployRequest, onProgress: OnProgress): Promise<Outcome> => {
    const name = request.stackName;
    if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
      throw new Error(`a stack name has letters, digits and -, at most 128, found ${JSON.stringify(name)}`);
    const before = records.stack(name);
    const found = before && (await settle(before, onProgress));
    const fresh = found ?? newStack({ account, region }, name, clock.now());
    const place = { account, region, stackName: name, stackId: fresh.id };
    const plan = await planDeployment(planContext, place, request);
    const reached =
      found?.status.endsWith('_COMPLETE') && found.target.fingerprint === plan.target.fingerprint;
    if (found && reached) return outcome(found, { succeeded: true, changed: false, failures: [] });
    const begun = beginDeployment(context, found, plan, fresh);
    return await deploy(context, forwardContext(begun, plan, onProgress), plan, begun);
  };

  return {
    ...viewOf(records, options.handlers),
    deploy: async (request, onProgress = () => {}) =>
      await exclusively(request.stackName, async () => await deployExclusively(request, onProgress)),
    destroy: async (stackName, onProgress = () => {}) =>
      await exclusively(stackName, async () => {
        const stack = records.stack(stackName);
        return (
          stack &&
          (await destroy(
            context,
            forwardContext(stack, undefined, onProgress),
            stack,
            'its deletion was asked for',
          ))
        );
      }),
  };
}
