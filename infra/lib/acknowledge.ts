/**
 * A finding of cdk-nag that we accept, with the reason a reader may disagree with. The test that runs
 * the AwsSolutions pack fails on every finding without one.
 */
import { type CfnElement, type Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: rule, reason });
}

/** As cdk-nag writes the account into the name of a finding. */
export function accountForNag(stack: Stack): string {
  return Token.isUnresolved(stack.account) ? '<AWS::AccountId>' : stack.account;
}

/** As the template names the resource behind a construct. */
export function logicalId(construct: IConstruct): string {
  const element = construct.node.defaultChild as CfnElement;
  return element.stack.resolve(element.logicalId) as string;
}
