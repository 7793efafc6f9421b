/** Publish and PublishBatch: checks a message and hands it to the topic's confirmed subscribers. */
import { randomUUID } from 'node:crypto';
import type {
  MessageAttributeValue,
  PublishBatchCommandInput,
  PublishBatchCommandOutput,
  PublishCommandInput,
  PublishCommandOutput,
} from '@aws-sdk/client-sns';
import { AwsError, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { accepts, type Delivery } from './delivery.ts';
import type { MessageAttribute, Notification, Subscription, Topic } from './model.ts';

const BYTES_LIMIT = 262_144;
const BATCH_LIMIT = 10;

export interface Publisher {
  topic(arn: string): Topic;
  subscriptions(topicArn: string): readonly Subscription[];
  /** A topic has taken a message. */
  published(): void;
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameter', `Invalid parameter: ${message}`);
}

export function publish(
  context: ServiceContext,
  publisher: Publisher,
  delivery: Delivery,
  input: PublishCommandInput,
): Output<PublishCommandOutput> {
  const messageId = randomUUID();
  const message = input.Message ?? '';
  if (message === '') throw invalid('Empty message');
  if (input.PhoneNumber !== undefined) {
    delivery.sms(input.PhoneNumber, message);
    return { MessageId: messageId };
  }
  const topicArn = input.TopicArn ?? input.TargetArn;
  if (topicArn === undefined) throw invalid('TopicArn, TargetArn or PhoneNumber is required');
  const topic = publisher.topic(topicArn);
  const { Subject: subject } = input;
  if (subject !== undefined && (!/^[\x20-\x7e]{1,100}$/.test(subject) || subject.startsWith(' ')))
    throw invalid('Subject: must be 1 to 100 printable ASCII characters and not begin with a space');
  const attributes = attributesOf(input.MessageAttributes ?? {});
  const bytes = Buffer.byteLength(message) + Buffer.byteLength(JSON.stringify(attributes));
  if (bytes > BYTES_LIMIT) throw invalid(`Message too long: ${bytes} bytes, at most ${BYTES_LIMIT}`);
  const note: Notification = {
    messageId,
    topicArn,
    ...(subject === undefined ? {} : { subject }),
    messages: messagesOf(message, input.MessageStructure),
    attributes,
    atMs: Math.floor(context.clock.now()),
  };
  const wanting = publisher
    .subscriptions(topicArn)
    .filter((subscription) => subscription.confirmed && accepts(subscription, note));
  publisher.published();
  context.journal.record({
    event: 'notification.published',
    subject: topic.name,
    because: subject ?? message.slice(0, 100),
    data: { subscribers: wanting.length },
  });
  for (const subscription of wanting) delivery.deliver(topic, note, subscription);
  return { MessageId: messageId };
}

function messagesOf(message: string, structure: string | undefined): Readonly<Record<string, string>> {
  if (structure === undefined || structure === '') return { default: message };
  if (structure !== 'json') throw invalid(`MessageStructure must be json, found ${structure}`);
  try {
    const parsed = JSON.parse(message) as Record<string, string>;
    if (typeof parsed?.['default'] === 'string') return parsed;
  } catch {
    // Said below: no JSON is no default entry either.
  }
  throw invalid('Message Structure - No default entry in JSON message body');
}

function attributesOf(
  given: Readonly<Record<string, MessageAttributeValue>>,
): Record<string, MessageAttribute> {
  return Object.fromEntries(
    Object.entries(given).map(([name, { DataType: Type = '', StringValue, BinaryValue }]) => {
      if (!/^(String|String\.Array|Number|Binary)(\.|$)/.test(Type))
        throw invalid(
          `MessageAttributes.${name}.DataType must be String, String.Array, Number or Binary, found ${Type}`,
        );
      const Value = BinaryValue === undefined ? StringValue : Buffer.from(BinaryValue).toString('base64');
      if (Value === undefined || Value === '') throw invalid(`MessageAttributes.${name} has no value`);
      return [name, { Type, Value }];
    }),
  );
}

export function publishBatch(
  context: ServiceContext,
  publisher: Publisher,
  delivery: Delivery,
  input: PublishBatchCommandInput,
): Output<PublishBatchCommandOutput> {
  const entries = input.PublishBatchRequestEntries ?? [];
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'The batch request does not contain any entries');
  if (entries.length > BATCH_LIMIT)
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `at most ${BATCH_LIMIT} entries, found ${entries.length}`,
    );
  const Successful: { Id: string; MessageId: string }[] = [];
  const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = [];
  for (const { Id = '', ...entry } of entries)
    try {
      const { MessageId = '' } = publish(context, publisher, delivery, {
        ...entry,
        TopicArn: input.TopicArn,
      });
      Successful.push({ Id, MessageId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'NotFound') throw error;
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  return { Successful, Failed };
}
