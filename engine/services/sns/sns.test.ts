/** SNS from topic to mailbox, HTTP endpoint, function and real SMTP; the wire in front where links lead to it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { startWire, type TestServer } from '../../wire/test-server.ts';
import type { Caller, Operation } from '../../wire/types.ts';
import type { Service } from '../contract.ts';
import { createTestContext, type TestContext } from '../test-context.ts';
import type { SignedDocument } from './forms.ts';
import { sns } from './index.ts';
import type { Mail } from './mailbox.ts';
import { verifies } from './signing.ts';

const caller: Caller = { requestId: 'r', principal: 'test', via: 'api' };
const TopicArn = 'arn:aws:sns:us-east-1:000000000000:understudy-alerts';

interface Stage extends AsyncDisposable {
  readonly context: TestContext;
  readonly service: Service;
  readonly server: TestServer;
  readonly invoked: { service: string; operation: string; input: Record<string, unknown> }[];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into outputs of many shapes
  call(operation: string, input: object): Promise<any>;
  mails(): Promise<readonly Mail[]>;
}

async function stage(): Promise<Stage> {
  const operations: Record<string, Operation> = {};
  const server = await startWire([{ name: 'sns', api: sns.api as NonNullable<typeof sns.api>, operations }]);
  const invoked: Stage['invoked'] = [];
  const base = createTestContext({ speed: 1000 });
  const context = createTestContext({
    // Retries of 20 s pass in 20 ms.
    speed: 1000,
    override: {
      network: { ...base.network, endpoint: server.client.endpoint },
      invoke: async (service, operation, input) => {
        invoked.push({ service, operation, input: input as Record<string, unknown> });
        return {} as never;
      },
    },
  });
  base.dispose();
  const service = await sns.create(context);
  Object.assign(operations, service.operations);
  const call = async (operation: string, input: object): Promise<unknown> =>
    operations[operation]?.(input, caller);
  await call('CreateTopic', { Name: 'understudy-alerts' });
  return {
    context,
    service,
    server,
    invoked,
    call,
    mails: async () => ((await call('DescribeMailbox', {})) as { Messages: readonly Mail[] }).Messages,
    [Symbol.asyncDispose]: async () => {
      await service.stop();
      await server[Symbol.asyncDispose]();
      context.dispose();
    },
  };
}

async function until(done: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`not within 5 s: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly document: SignedDocument;
}

async function listener(answer: (count: number) => number = () => 200) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, document: JSON.parse(await text(request)) });
    response.writeHead(answer(received.length)).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { received, url, [Symbol.asyncDispose]: async () => void server.close() };
}

test('a mail address is subscribed at once, with the confirmation mail to see; notifications follow', async () => {
  await using s = await stage();
  const { SubscriptionArn } = await s.call('Subscribe', {
    TopicArn,
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  assert.match(SubscriptionArn, /^arn:aws:sns:us-east-1:000000000000:understudy-alerts:[0-9a-f-]{36}$/);
  await s.call('Publish', { TopicArn, Subject: 'ALARM: "latch"', Message: 'moved' });
  const [confirmation, mail] = await s.mails();
  assert.equal(confirmation?.subject, 'AWS Notification - Subscription Confirmation');
  assert.match(confirmation?.body ?? '', /confirmed already.*\n.*Action=ConfirmSubscription/);
  assert.deepEqual(
    [mail?.to, mail?.subject, mail?.topic],
    ['ops@example.com', 'ALARM: "latch"', 'understudy-alerts'],
  );
  assert.match(mail?.body ?? '', /^moved\n\n--\n/);
});

test('an HTTP endpoint confirms by visiting the link, then gets signed notifications', async () => {
  await using s = await stage();
  await using hook = await listener();
  const client = new SNSClient(s.server.client);
  const subscribed = await client.send(
    new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: hook.url }),
  );
  assert.equal(subscribed.SubscriptionArn, 'pending confirmation');
  await client.send(new PublishCommand({ TopicArn, Message: 'too early' }));
  await until(() => hook.received.length === 1, 'the confirmation');
  const asked = hook.received[0] as Received;
  assert.equal(asked.headers['x-amz-sns-message-type'], 'SubscriptionConfirmation');
  const confirmed = await fetch(asked.document.SubscribeURL ?? '');
  assert.equal(confirmed.status, 200);
  await client.send(
    new PublishCommand({
      TopicArn,
      Message: 'now',
      Subject: 'hello',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
    }),
  );
  await until(() => hook.received.length === 2, 'the notification');
  const { headers, document } = hook.received[1] as Received;
  assert.equal(headers['x-amz-sns-message-type'], 'Notification');
  assert.equal(headers['x-amz-sns-topic-arn'], TopicArn);
  assert.equal(document.Message, 'now');
  assert.deepEqual(document.MessageAttributes, { kind: { Type: 'String', Value: 'x' } });
  const certificate = await (await fetch(document.SigningCertURL)).text();
  for (const received of hook.received) assert.equal(verifies(received.document, certificate), true);
  assert.equal(verifies({ ...document, Message: 'forged' }, certificate), false);
  assert.equal((await fetch(document.UnsubscribeURL ?? '')).status, 200);
  assert.deepEqual((await s.call('ListSubscriptions', {})).Subscriptions, []);
});

test('a server error is retried three times, a client error never', async () => {
  await using s = await stage();
  const failures = (): number =>
    s.context.entries.filter(({ event }) => event === 'notification.failed').length;
  await using broken = await listener(() => 500);
  await s.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: broken.url });
  await until(() => failures() === 1, 'giving up');
  assert.equal(broken.received.length, 4);
  await using refusing = await listener(() => 403);
  await s.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: refusing.url });
  await until(() => failures() === 2, 'giving up');
  assert.equal(refusing.received.length, 1);
  await using late = await listener((count) => (count < 3 ? 503 : 200));
  await s.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: late.url });
  await until(() => late.received.length === 3, 'the third attempt');
  assert.equal(failures(), 2);
});

test('a function gets the event, when its filter policy lets the message through', async () => {
  await using s = await stage();
  const Endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:listener';
  const Attributes = { FilterPolicy: '{"kind":["wanted"]}' };
  await s.call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint, Attributes });
  const publish = (StringValue: string): Promise<unknown> =>
    s.call('Publish', {
      TopicArn,
      Message: StringValue,
      MessageAttributes: { kind: { DataType: 'String', StringValue } },
    });
  await publish('other');
  await publish('wanted');
  await until(() => s.invoked.length === 1, 'the invocation');
  const { service, operation, input } = s.invoked[0] as Stage['invoked'][number];
  assert.deepEqual(
    [service, operation, input['FunctionName'], input['InvocationType']],
    ['lambda', 'Invoke', Endpoint, 'Event'],
  );
  const event = JSON.parse(String(input['Payload'])) as {
    Records: { EventSource: string; Sns: { Message: string } }[];
  };
  assert.equal(event.Records[0]?.EventSource, 'aws:sns');
  assert.equal(event.Records[0]?.Sns.Message, 'wanted');
});

test('text messages are in the mailbox, by subscription and by number; a message may differ by protocol', async () => {
  await using s = await stage();
  await s.call('Subscribe', { TopicArn, Protocol: 'sms', Endpoint: '+12065550100' });
  const Message = JSON.stringify({ default: 'long text', sms: 'short' });
  await s.call('Publish', { TopicArn, Message, MessageStructure: 'json' });
  await s.call('Publish', { PhoneNumber: '+12065550101', Message: 'direct' });
  assert.deepEqual(
    (await s.mails()).map(({ protocol, to, body }) => [protocol, to, body]),
    [
      ['sms', '+12065550100', 'short'],
      ['sms', '+12065550101', 'direct'],
    ],
  );
});

test('a real SMTP server gets the mail too, when one is named', async () => {
  const lines: string[] = [];
  const smtp = createTcpServer((socket) => {
    let data = false;
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        lines.push(line);
        if (data && line !== '.') continue;
        data = line === 'DATA';
        socket.write(data ? '354 go\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
    socket.on('error', () => {});
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp, 'listening');
  process.env['UNDERSTUDY_SMTP_URL'] = `smtp://127.0.0.1:${(smtp.address() as AddressInfo).port}`;
  await using s = await stage();
  delete process.env['UNDERSTUDY_SMTP_URL'];
  await s.call('Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'ops@example.com' });
  await until(() => lines.includes('.'), 'the confirmation mail');
  smtp.close();
  assert.ok(lines.includes('RCPT TO:<ops@example.com>'));
  assert.ok(lines.includes('Subject: AWS Notification - Subscription Confirmation'));
});

test('what is not there, not right or not done has AWS codes', async () => {
  await using s = await stage();
  const codes = async (operation: string, input: object): Promise<string> =>
    s.call(operation, input).then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    );
  assert.equal(await codes('Publish', { TopicArn: `${TopicArn}-none`, Message: 'x' }), 'NotFound');
  assert.equal(await codes('Publish', { TopicArn, Message: '' }), 'InvalidParameter');
  assert.equal(await codes('Publish', { TopicArn, Message: 'x', Subject: 'two\nlines' }), 'InvalidParameter');
  assert.equal(await codes('Publish', { TopicArn, Message: 'x'.repeat(262_145) }), 'InvalidParameter');
  assert.equal(
    await codes('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:x' }),
    'InvalidParameter',
  );
  assert.equal(
    await codes('Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'nobody' }),
    'InvalidParameter',
  );
  assert.equal(await codes('ConfirmSubscription', { TopicArn, Token: 'wrong' }), 'InvalidParameter');
  assert.equal(await codes('CreateTopic', { Name: 'a b' }), 'InvalidParameter');
});

test('a template makes a topic, its subscriptions and its policy, however often it is tried', async () => {
  await using s = await stage();
  const request = {
    stack: { name: 'Data', id: 'id' },
    logicalId: 'Alerts',
    clientToken: 't',
    progress: () => {},
    properties: {
      TopicName: 'alerts',
      DisplayName: 'Understudy',
      Subscription: [{ Protocol: 'email', Endpoint: 'ops@example.com' }],
    },
  };
  const topic = s.service.resources['AWS::SNS::Topic'];
  const made = await topic?.create(request);
  assert.deepEqual(await topic?.create(request), made);
  const arn = 'arn:aws:sns:us-east-1:000000000000:alerts';
  assert.deepEqual(made, { physicalId: arn, attributes: { TopicArn: arn, TopicName: 'alerts' } });
  const subscription = await s.service.resources['AWS::SNS::Subscription']?.create({
    ...request,
    properties: { TopicArn: arn, Protocol: 'sms', Endpoint: '+12065550100', FilterPolicy: { kind: ['x'] } },
  });
  const { Attributes } = await s.call('GetSubscriptionAttributes', {
    SubscriptionArn: subscription?.physicalId,
  });
  assert.equal(Attributes.FilterPolicy, '{"kind":["x"]}');
  assert.equal((await s.call('ListSubscriptionsByTopic', { TopicArn: arn })).Subscriptions.length, 2);
  await s.service.resources['AWS::SNS::TopicPolicy']?.create({
    ...request,
    properties: { Topics: [arn], PolicyDocument: { Statement: [] } },
  });
  const topicNow = await s.call('GetTopicAttributes', { TopicArn: arn });
  assert.equal(topicNow.Attributes.Policy, '{"Statement":[]}');
  assert.equal(topicNow.Attributes.SubscriptionsConfirmed, '2');
  await topic?.delete({ ...request, existing: made as NonNullable<typeof made> });
  assert.equal((await s.call('ListSubscriptions', {})).Subscriptions.length, 0);
});
