/**
 * SNS: topics that reach people and programs. Mail and text messages go to a local mailbox (and to a real SMTP
 * server when one is named), HTTP(S) subscribers get signed POSTs with retries, functions are invoked.
 */
import { schemasOf } from '../../wire/sdk-schemas.ts';
import type { Service, ServiceContext, ServiceDefinition } from '../contract.ts';
import { createDelivery } from './delivery.ts';
import { openMailbox } from './mailbox.ts';
import type { Subscription, Topic } from './model.ts';
import { operations, type Sns } from './operations.ts';
import { propertyFates } from './property-fates.ts';
import { resources } from './resources.ts';
import { openSigning } from './signing.ts';
import { smtpFrom } from './smtp.ts';

export const sns: ServiceDefinition = {
  name: 'sns',
  controlPlane: 'regional',
  api: {
    signingName: 'sns',
    protocols: ['query'],
    sdk: () => schemasOf('@aws-sdk/client-sns'),
    unsigned: ['ConfirmSubscription', 'Unsubscribe'],
    publicFiles: {
      pattern: /^\/SimpleNotificationService[\w-]*\.pem$/,
      operation: 'DescribeSigningCertificate',
    },
  },
  types: {
    'AWS::SNS::Topic': { fate: 'runs', properties: propertyFates['AWS::SNS::Topic'] },
    'AWS::SNS::Subscription': { fate: 'runs', properties: propertyFates['AWS::SNS::Subscription'] },
    'AWS::SNS::TopicPolicy': { fate: 'recorded', note: 'kept and returned; everybody signed in may publish' },
  },
  create,
};

function create(context: ServiceContext): Service {
  const mailbox = openMailbox(context.directory);
  const signing = openSigning(context.store.table('signing'), context.network.endpoint, context.clock.now);
  const delivery = createDelivery(context, { mailbox, signing, smtp: smtpFrom(process.env) });
  const service: Sns = {
    topics: context.store.table<Topic>('topics'),
    subscriptions: context.store.table<Subscription>('subscriptions'),
    delivery,
    mailbox,
    signing,
    counters: { published: 0 },
  };
  const table = operations(context, service);
  return {
    operations: table,
    resources: resources(table),
    start: async () => {},
    stop: async () => delivery.stop(),
    status: () => ({
      topics: service.topics.values().map(({ name, arn }) => ({
        name,
        subscriptions: service.subscriptions.values().filter(({ topicArn }) => topicArn === arn).length,
      })),
      mails: mailbox.count(),
      published: service.counters.published,
    }),
  };
}
