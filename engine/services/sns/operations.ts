/** What a caller may ask: topics, subscriptions, publishing. DescribeMailbox is ours, for the command line. */
import { randomBytes, randomUUID } from 'node:crypto';
import type {
  ConfirmSubscriptionCommandInput,
  CreateTopicCommandInput,
  ListSubscriptionsByTopicCommandInput,
  PublishBatchCommandInput,
  PublishCommandInput,
  SetSubscriptionAttributesCommandInput,
  SetTopicAttributesCommandInput,
  SubscribeCommandInput,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import { AwsError, type Operations } from '../../wire/types.ts';
import type { ServiceContext, Table } from '../contract.ts';
import type { Delivery } from './delivery.ts';
import { checkFilterPolicy } from './filter-policy.ts';
import type { Mailbox } from './mailbox.ts';
import { type DeliveryProtocol, deliveryProtocols, type Subscription, type Topic } from './model.ts';
import { invalid, type Publisher, publish, publishBatch } from './publish.ts';
import { CERTIFICATE_PATH, type Signing } from './signing.ts';

export interface Sns {
  readonly topics: Table<Topic>;
  readonly subscriptions: Table<Subscription>;
  readonly delivery: Delivery;
  readonly mailbox: Mailbox;
  readonly signing: Signing;
  readonly counters: { published: number };
}

const PAGE = 100;
const TOKEN_LIFETIME_MS = 2 * 86_400_000;

const notFound = (what: string): AwsError => new AwsError('NotFound', `${what} does not exist`, 404);

export function operations(context: ServiceContext, sns: Sns): Operations {
  const { topics, subscriptions, delivery } = sns;
  const publisher: Publisher = {
    topic: (arn) => {
      const found = topics.get(arn);
      if (!found) throw notFound('Topic');
      return found;
    },
    subscriptions: (topicArn) => subscriptions.values().filter((one) => one.topicArn === topicArn),
    published: () => {
      sns.counters.published += 1;
    },
  };
  const subscription = (arn: string): Subscription => {
    const found = subscriptions.get(arn);
    if (!found) throw notFound('Subscription');
    return found;
  };
  return {
    CreateTopic: ({ Name: name = '', Attributes = {} }: CreateTopicCommandInput) => {
      if (!/^[A-Za-z0-9_-]{1,256}$/.test(name))
        throw invalid(
          `Topic Name: 1 to 256 letters, digits, - and _ (FIFO topics are not done here), found ${JSON.stringify(name)}`,
        );
      const arn = `arn:aws:sns:${context.region}:${context.account}:${name}`;
      // Creating what is there answers its ARN.
      if (!topics.get(arn)) topics.put(arn, { arn, name, attributes: Attributes });
      return { TopicArn: arn };
    },
    DeleteTopic: ({ TopicArn: arn = '' }: { TopicArn?: string }) => {
      context.store.transaction(() => {
        for (const one of publisher.subscriptions(arn)) subscriptions.delete(one.arn);
        topics.delete(arn);
      });
      return {};
    },
    ListTopics: ({ NextToken }: { NextToken?: string }) => {
      const { items, next } = pageOf(topics.values(), NextToken);
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...next };
    },
    GetTopicAttributes: ({ TopicArn = '' }: { TopicArn?: string }) => ({
      Attributes: topicAttributes(context.account, publisher, publisher.topic(TopicArn)),
    }),
    SetTopicAttributes: (input: SetTopicAttributesCommandInput) => {
      const topic = publisher.topic(input.TopicArn ?? '');
      const attributes = { ...topic.attributes, [input.AttributeName ?? '']: input.AttributeValue ?? '' };
      topics.put(topic.arn, { ...topic, attributes });
      return {};
    },
    Subscribe: (input: SubscribeCommandInput) => {
      const made = subscribe(context, sns, publisher, input);
      const shown = made.confirmed || input.ReturnSubscriptionArn;
      return { SubscriptionArn: shown ? made.arn : 'pending confirmation' };
    },
    ConfirmSubscription: ({ TopicArn = '', Token = '' }: ConfirmSubscriptionCommandInput) => {
      publisher.topic(TopicArn);
      const found = publisher.subscriptions(TopicArn).find(({ token }) => token === Token);
      if (!found || context.clock.now() - found.createdMs > TOKEN_LIFETIME_MS) throw invalid('Token');
      subscriptions.put(found.arn, { ...found, confirmed: true });
      return { SubscriptionArn: found.arn };
    },
    Unsubscribe: ({ SubscriptionArn: arn = '' }: UnsubscribeCommandInput) => {
      subscriptions.delete(arn);
      return {};
    },
    ListSubscriptions: ({ NextToken }: { NextToken?: string }) => {
      const { items, next } = pageOf(subscriptions.values(), NextToken);
      return { Subscriptions: items.map((one) => listed(context.account, one)), ...next };
    },
    ListSubscriptionsByTopic: ({ TopicArn = '', NextToken }: ListSubscriptionsByTopicCommandInput) => {
      publisher.topic(TopicArn);
      const { items, next } = pageOf(publisher.subscriptions(TopicArn), NextToken);
      return { Subscriptions: items.map((one) => listed(context.account, one)), ...next };
    },
    GetSubscriptionAttributes: ({ SubscriptionArn: arn = '' }: UnsubscribeCommandInput) => {
      const found = subscription(arn);
      return {
        Attributes: {
          SubscriptionArn: found.arn,
          TopicArn: found.topicArn,
          Protocol: found.protocol,
          Endpoint: found.endpoint,
          Owner: context.account,
          PendingConfirmation: String(!found.confirmed),
          RawMessageDelivery: 'false',
          ...found.attributes,
        },
      };
    },
    SetSubscriptionAttributes: (input: SetSubscriptionAttributesCommandInput) => {
      const found = subscription(input.SubscriptionArn ?? '');
      const attributes = { ...found.attributes, [input.AttributeName ?? '']: input.AttributeValue ?? '' };
      checkAttributes(attributes);
      subscriptions.put(found.arn, { ...found, attributes });
      return {};
    },
    Publish: (input: PublishCommandInput) => publish(context, publisher, delivery, input),
    PublishBatch: (input: PublishBatchCommandInput) => publishBatch(context, publisher, delivery, input),
    DescribeMailbox: () => ({ Messages: sns.mailbox.read() }),
    DescribeSigningCertificate: async ({ path }: { path: string }) => {
      if (path !== CERTIFICATE_PATH) throw notFound(path);
      return { contentType: 'application/x-pem-file', body: await sns.signing.certificate() };
    },
  };
}

function subscribe(
  context: ServiceContext,
  { subscriptions, delivery }: Sns,
  publisher: Publisher,
  input: SubscribeCommandInput,
): Subscription {
  const topic = publisher.topic(input.TopicArn ?? '');
  const protocol = input.Protocol as DeliveryProtocol;
  const endpoint = input.Endpoint ?? '';
  if (!deliveryProtocols.includes(protocol))
    throw invalid(`Protocol: ${input.Protocol} is not done here; there is ${deliveryProtocols.join(', ')}`);
  checkEndpoint(protocol, endpoint);
  const attributes = input.Attributes ?? {};
  checkAttributes(attributes);
  const same = publisher
    .subscriptions(topic.arn)
    .find((one) => one.protocol === protocol && one.endpoint === endpoint);
  const web = protocol === 'http' || protocol === 'https';
  // A mail address cannot click here, so it is taken to have done so; its confirmation mail is in the mailbox.
  const made: Subscription = same
    ? { ...same, attributes: { ...same.attributes, ...attributes } }
    : {
        arn: `${topic.arn}:${randomUUID()}`,
        topicArn: topic.arn,
        protocol,
        endpoint,
        attributes,
        confirmed: !web,
        token: randomBytes(32).toString('hex'),
        createdMs: Math.floor(context.clock.now()),
      };
  subscriptions.put(made.arn, made);
  if (!same?.confirmed) delivery.askToConfirm(topic, made);
  return made;
}

function checkEndpoint(protocol: DeliveryProtocol, endpoint: string): void {
  const fits = {
    email: /^[^@\s]+@[^@\s]+$/,
    'email-json': /^[^@\s]+@[^@\s]+$/,
    sms: /^\+?[0-9][0-9 -]{3,20}$/,
    http: /^http:\/\/\S+$/,
    https: /^https:\/\/\S+$/,
    lambda: /^arn:[^:]+:lambda:/,
  }[protocol];
  if (!fits.test(endpoint))
    throw invalid(`Endpoint: ${JSON.stringify(endpoint)} is no endpoint for protocol ${protocol}`);
}

function checkAttributes({ FilterPolicy, FilterPolicyScope }: Readonly<Record<string, string>>): void {
  if (FilterPolicyScope !== undefined && !['MessageAttributes', 'MessageBody'].includes(FilterPolicyScope))
    throw invalid(`FilterPolicyScope must be MessageAttributes or MessageBody, found ${FilterPolicyScope}`);
  if (FilterPolicy === undefined || FilterPolicy === '') return;
  try {
    checkFilterPolicy(FilterPolicy);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

function topicAttributes(account: string, publisher: Publisher, topic: Topic): Record<string, string> {
  const all = publisher.subscriptions(topic.arn);
  const confirmed = all.filter((one) => one.confirmed).length;
  return {
    DisplayName: '',
    ...topic.attributes,
    TopicArn: topic.arn,
    Owner: account,
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: String(all.length - confirmed),
    SubscriptionsDeleted: '0',
  };
}

function listed(account: string, { arn, topicArn, protocol, endpoint, confirmed }: Subscription): object {
  return {
    SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
    Owner: account,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  };
}

function pageOf<T>(
  all: readonly T[],
  token: string | undefined,
): { readonly items: readonly T[]; readonly next: object } {
  const from = Number(token ?? 0);
  if (!Number.isInteger(from)) throw invalid(`NextToken: ${token}`);
  return {
    items: all.slice(from, from + PAGE),
    next: all.length > from + PAGE ? { NextToken: String(from + PAGE) } : {},
  };
}
