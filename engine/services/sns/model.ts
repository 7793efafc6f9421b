/** Topics and subscriptions as they are kept. */
export type DeliveryProtocol = 'email' | 'email-json' | 'sms' | 'http' | 'https' | 'lambda';

export const deliveryProtocols: readonly DeliveryProtocol[] = [
  'email',
  'email-json',
  'sms',
  'http',
  'https',
  'lambda',
];

export interface Topic {
  readonly arn: string;
  readonly name: string;
  /** As SetTopicAttributes sets them: DisplayName, Policy, SignatureVersion, … */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: DeliveryProtocol;
  readonly endpoint: string;
  /** FilterPolicy, FilterPolicyScope, RawMessageDelivery, … */
  readonly attributes: Readonly<Record<string, string>>;
  readonly confirmed: boolean;
  readonly token: string;
  readonly createdMs: number;
}

export interface MessageAttribute {
  readonly Type: string;
  readonly Value: string;
}

/** What was published, before each subscription's own form. */
export interface Notification {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  /** The message by protocol where it was published with MessageStructure json; `default` is always there. */
  readonly messages: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly atMs: number;
}

export function messageFor({ messages }: Notification, protocol: DeliveryProtocol): string {
  return messages[protocol] ?? messages['default'] ?? '';
}
