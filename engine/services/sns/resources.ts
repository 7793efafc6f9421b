/** What a template may say: topics with their subscriptions, subscriptions; topic policies are kept. */
import type { CreateTopicResponse, SubscribeResponse } from '@aws-sdk/client-sns';
import type { Operations } from '../../wire/types.ts';
import type { PhysicalResource, Properties, ResourceHandler, ResourceRequest } from '../contract.ts';
import { provisioning } from '../provisioning.ts';

const topicAttributeNames = ['DisplayName', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'] as const;
const jsonAttributes = ['FilterPolicy', 'DeliveryPolicy', 'RedrivePolicy'] as const;

export function resources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  const call = async <O>(operation: string, input: object): Promise<O> =>
    (await operations[operation]?.(input, provisioning)) as O;

  const putTopic = async (name: string, properties: Properties): Promise<PhysicalResource> => {
    const { TopicArn = '' } = await call<CreateTopicResponse>('CreateTopic', {
      Name: properties['FifoTopic'] === true ? `${name}.fifo` : name,
    });
    for (const attribute of topicAttributeNames)
      if (properties[attribute] !== undefined)
        await call('SetTopicAttributes', {
          TopicArn,
          AttributeName: attribute,
          AttributeValue: String(properties[attribute]),
        });
    for (const { Protocol, Endpoint } of properties['Subscription'] ?? [])
      await call('Subscribe', { TopicArn, Protocol, Endpoint });
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName: name } };
  };
  const subscribe = async ({ properties }: ResourceRequest): Promise<PhysicalResource> => {
    const { TopicArn, Protocol, Endpoint } = properties;
    const { SubscriptionArn = '' } = await call<SubscribeResponse>('Subscribe', {
      TopicArn,
      Protocol,
      Endpoint,
      Attributes: subscriptionAttributes(properties),
      ReturnSubscriptionArn: true,
    });
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  };
  const setPolicy = async ({ properties }: ResourceRequest): Promise<void> => {
    for (const TopicArn of properties['Topics'] ?? [])
      await call('SetTopicAttributes', {
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(properties['PolicyDocument']),
      });
  };
  return {
    'AWS::SNS::Topic': {
      create: (request) =>
        putTopic(request.properties['TopicName'] ?? generatedName(request), request.properties),
      update: ({ properties, existing }) => putTopic(existing.physicalId.split(':').at(-1) ?? '', properties),
      delete: ({ existing }) => call('DeleteTopic', { TopicArn: existing.physicalId }),
      replaceOn: ['TopicName', 'FifoTopic'],
    },
    'AWS::SNS::Subscription': {
      create: subscribe,
      // Subscribing again changes the attributes of the subscription that is there.
      update: subscribe,
      delete: ({ existing }) => call('Unsubscribe', { SubscriptionArn: existing.physicalId }),
      replaceOn: ['TopicArn', 'Protocol', 'Endpoint'],
    },
    'AWS::SNS::TopicPolicy': {
      create: async (request) => {
        await setPolicy(request);
        return { physicalId: generatedName(request), attributes: { Id: generatedName(request) } };
      },
      update: async (request) => {
        await setPolicy(request);
        return request.existing;
      },
      delete: async () => {},
    },
  };
}

function subscriptionAttributes(properties: Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of jsonAttributes)
    if (properties[name] !== undefined)
      attributes[name] =
        typeof properties[name] === 'string' ? properties[name] : JSON.stringify(properties[name]);
  for (const name of ['FilterPolicyScope', 'RawMessageDelivery', 'SubscriptionRoleArn'])
    if (properties[name] !== undefined) attributes[name] = String(properties[name]);
  return attributes;
}

function generatedName({ stack, logicalId, clientToken }: ResourceRequest): string {
  return `${stack.name}-${logicalId}-${clientToken.replace(/[^A-Za-z0-9]/g, '').slice(-12)}`;
}
