/**
 * What each kind of subscriber gets to read: the HTTP(S) and e-mail-JSON document, the Lambda event, the mail.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
import { type MessageAttribute, messageFor, type Notification, type Subscription } from './model.ts';

export interface Document {
  readonly Type: 'Notification' | 'SubscriptionConfirmation';
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Token?: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly SubscribeURL?: string;
  readonly Timestamp: string;
  readonly UnsubscribeURL?: string;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
}

export interface SignedDocument extends Document {
  readonly SignatureVersion: '1' | '2';
  readonly Signature: string;
  readonly SigningCertURL: string;
}

/**
 * Name and value a line, in the order of the names' bytes.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function stringToSign(document: Document): string {
  const names =
    document.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : (['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const);
  return names
    .filter((name) => document[name as keyof Document] !== undefined)
    .map((name) => `${name}\n${document[name as keyof Document]}\n`)
    .join('');
}

export function notificationDocument(
  note: Notification,
  subscription: Subscription,
  endpoint: string,
): Document {
  return {
    Type: 'Notification',
    MessageId: note.messageId,
    TopicArn: note.topicArn,
    ...(note.subject === undefined ? {} : { Subject: note.subject }),
    Message: messageFor(note, subscription.protocol),
    Timestamp: new Date(note.atMs).toISOString(),
    UnsubscribeURL: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscription.arn)}`,
    ...(Object.keys(note.attributes).length > 0 ? { MessageAttributes: note.attributes } : {}),
  };
}

export function confirmationDocument(
  { topicArn, token }: Subscription,
  messageId: string,
  atMs: number,
  endpoint: string,
): Document {
  const query = `Action=ConfirmSubscription&TopicArn=${encodeURIComponent(topicArn)}&Token=${token}`;
  return {
    Type: 'SubscriptionConfirmation',
    MessageId: messageId,
    Token: token,
    TopicArn: topicArn,
    Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: `${endpoint}/?${query}`,
    Timestamp: new Date(atMs).toISOString(),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function lambdaEvent(
  note: Notification,
  subscription: Subscription,
  document: SignedDocument,
): object {
  const { UnsubscribeURL, SigningCertURL, MessageAttributes, ...rest } = document;
  return {
    Records: [
      {
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        EventSource: 'aws:sns',
        Sns: {
          ...rest,
          Subject: note.subject ?? null,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes: MessageAttributes ?? {},
        },
      },
    ],
  };
}

export function mailSubject({ subject }: Notification): string {
  return subject ?? 'AWS Notification Message';
}

/** AWS's mails end with a way out; their text cannot be changed. */
export function mailBody(note: Notification, subscription: Subscription, endpoint: string): string {
  const message = messageFor(note, subscription.protocol);
  const out = `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscription.arn)}`;
  return `${message}\n\n--\nIf you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:\n${out}\n`;
}
