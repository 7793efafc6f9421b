/** Which properties of topics and subscriptions are acted on. */
import type { PropertyFates } from '../contract.ts';

export const propertyFates = {
  'AWS::SNS::Topic': {
    serves: ['TopicName', 'DisplayName', 'SignatureVersion', 'Subscription'],
    keeps: {
      KmsMasterKeyId: 'messages are not encrypted',
      TracingConfig: 'nothing is traced',
      DeliveryStatusLogging: 'deliveries are on the timeline',
      MaximumMessageSize: '256 KiB always',
    },
    refuses: {
      FifoTopic: { remedy: 'topics keep no order here: use a standard topic' },
      ContentBasedDeduplication: { remedy: 'topics keep no order here: use a standard topic' },
      FifoThroughputScope: { remedy: 'topics keep no order here: use a standard topic' },
      ArchivePolicy: { remedy: 'topics keep no order here: use a standard topic' },
      DataProtectionPolicy: { remedy: 'messages are not masked here: leave the sensitive data out' },
    },
  },
  'AWS::SNS::Subscription': {
    serves: ['TopicArn', 'Protocol', 'Endpoint', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery'],
    keeps: {
      DeliveryPolicy: 'three retries, 20 s apart',
      RedrivePolicy: 'what cannot be delivered is dropped',
      SubscriptionRoleArn: 'permissions are not enforced',
    },
    refuses: {
      Region: { remedy: 'a topic delivers in its own region here: subscribe there' },
      ReplayPolicy: { remedy: 'topics keep no messages here: leave it out' },
    },
  },
} as const satisfies Readonly<Record<string, PropertyFates>>;
