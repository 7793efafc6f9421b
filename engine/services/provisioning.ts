/**
 * Who calls a service's operations when a stack is deployed: its resource handlers, on behalf of
 * CloudFormation. The caller is the same for every request, so that a repeat after a crash looks alike.
 */
import type { Caller } from '../wire/types.ts';

export const provisioning: Caller = {
  requestId: 'provisioning',
  principal: 'cloudformation.amazonaws.com',
  via: 'provisioning',
};
