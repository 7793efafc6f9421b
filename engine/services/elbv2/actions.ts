/** Whether actions and conditions are ones that run here; a wrong one is refused when it is written. Pure. */
import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../wire/types.ts';
import { invalid } from './attributes.ts';
import { compileCondition } from './listener-rules.ts';
import { forwardedGroups, type Records } from './model.ts';
import { targetGroup } from './target-groups.ts';

/** Elastic Load Balancing API reference, FixedResponseActionConfig. */
const CONTENT_TYPES = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'];

export function checkedActions(
  records: Records,
  protocol: 'HTTP' | 'HTTPS',
  actions: readonly Action[] | undefined,
): readonly Action[] {
  if (actions?.length !== 1)
    throw refused(
      `One action must be specified (authentication before it does not run here), found ${actions?.length ?? 0}`,
    );
  const action = actions[0] as Action;
  switch (action.Type) {
    case 'forward':
      checkForward(records, action);
      return actions;
    case 'redirect':
      if (!action.RedirectConfig) throw refused('A redirect action must have a redirect configuration');
      for (const part of ['Host', 'Path', 'Query', 'Port', 'Protocol'] as const)
        if (!/^[\x20-\x7e]*$/.test(action.RedirectConfig[part] ?? ''))
          throw refused(`${part} of a redirect must be printable ASCII`);
      if (protocol === 'HTTPS' && action.RedirectConfig.Protocol === 'HTTP')
        throw refused('You cannot redirect HTTPS to HTTP');
      return actions;
    case 'fixed-response':
      if (!/^[245]\d\d$/.test(action.FixedResponseConfig?.StatusCode ?? ''))
        throw refused('A fixed response takes a status code of the form 2XX, 4XX or 5XX');
      if (!CONTENT_TYPES.includes(action.FixedResponseConfig?.ContentType ?? 'text/plain'))
        throw refused(`The content type of a fixed response must be one of ${CONTENT_TYPES.join(', ')}`);
      return actions;
    default:
      throw refused(
        `Actions of type '${action.Type}' do not run here; forward, redirect and fixed-response do`,
      );
  }
}

function checkForward(records: Records, action: Action): void {
  if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
    throw refused(
      'Target group stickiness does not run here: set TargetGroupStickinessConfig.Enabled to false',
    );
  const groups = forwardedGroups([action]);
  for (const arn of groups) targetGroup(records, arn);
}

export function checkedConditions(
  conditions: readonly RuleCondition[] | undefined,
): readonly RuleCondition[] {
  if (!conditions || conditions.length === 0) throw invalid('A condition must be specified');
  try {
    for (const condition of conditions) compileCondition(condition);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message);
    throw error;
  }
  return conditions;
}

function refused(message: string): AwsError {
  return new AwsError('InvalidLoadBalancerAction', message);
}
