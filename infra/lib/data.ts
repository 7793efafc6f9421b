/**
 * What must outlive a redeployment of the application: the database and its secret, objects, the
 * controller's memory, logs, and the alert topic (its subscriptions were confirmed by people, who would
 * have to be asked again). Deployed apart, protected, and retained unless the configuration says otherwise.
 */
import { type App, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SmsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { createAssetsBucket, createControllerBucket, createLogsBucket } from './buckets.ts';
import { createDatabase, type Database } from './database.ts';
import * as names from './names.ts';
import type { Network } from './network.ts';
import { type Place, RegionalStack } from './place.ts';

export interface Data {
  readonly stack: RegionalStack;
  readonly database: Database;
  readonly assets: s3.IBucket;
  readonly accessLogs: s3.IBucket;
  /** What the failover controller keeps; absent where there is no peer to fail over to. */
  readonly controller?: { readonly memory: s3.IBucket; readonly logs: logs.LogGroup };
  readonly topic: sns.Topic;
  readonly storefrontLogs: logs.LogGroup;
}

export function data(app: App, place: Place, network: Network): Data {
  const stack = new RegionalStack(
    app,
    names.stackName(place.region, 'Data'),
    place,
    `Database, secret, buckets, logs and alert topic of ${place.region}`,
  );
  const accessLogs = createLogsBucket(stack, place);
  const logGroup = (id: string, logGroupName: string) =>
    new logs.LogGroup(stack, id, {
      logGroupName,
      retention: place.config.logs.retentionDays,
      removalPolicy: removal(place),
    });
  return {
    stack,
    accessLogs,
    database: createDatabase(stack, place, network),
    assets: createAssetsBucket(stack, place, accessLogs),
    topic: createTopic(stack, place),
    storefrontLogs: logGroup('StorefrontLogs', names.STOREFRONT_LOG_GROUP),
    ...(place.peer === undefined
      ? {}
      : {
          controller: {
            memory: createControllerBucket(stack, place, accessLogs),
            logs: logGroup('ControllerLogs', names.CONTROLLER_LOG_GROUP),
          },
        }),
  };
}

function removal(place: Place): RemovalPolicy {
  return place.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}

function createTopic(stack: RegionalStack, place: Place): sns.Topic {
  const topic = new sns.Topic(stack, 'Alerts', {
    topicName: names.TOPIC_NAME,
    displayName: `Understudy ${place.region}`,
    enforceSSL: true,
  });
  // A topic policy of one's own replaces the default one, by which alarms of this account may publish.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  );
  for (const email of place.config.notify.emails) topic.addSubscription(new EmailSubscription(email));
  for (const phone of place.config.notify.phones) topic.addSubscription(new SmsSubscription(phone));
  return topic;
}
