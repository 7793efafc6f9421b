/**
 * A finding of cdk-nag that we accept, with the reason a reader may disagree with. The test that runs
 * the AwsSolutions pack fails on every finding without one.
 */
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: rule, reason });
}
