/**
 * Takes a notification to a topic's subscribers, each by its protocol. Publishing does not wait for them; a
 * delivery that fails for good is in the journal. What is on its way when the region is lost is lost with it.
 */
import { randomUUID } from 'node:crypto';
import type { ServiceContext } from '../contract.ts';
import { acceptsAttributes, acceptsBody } from './filter-policy.ts';
import {
  confirmationDocument,
  lambdaEvent,
  mailBody,
  mailSubject,
  notificationDocument,
  type SignedDocument,
} from './forms.ts';
import { post } from './http-delivery.ts';
import type { Mail, Mailbox } from './mailbox.ts';
import { messageFor, type Notification, type Subscription, type Topic } from './model.ts';
import type { Signing } from './signing.ts';
import type { Smtp } from './smtp.ts';

export interface Delivery {
  deliver(topic: Topic, note: Notification, subscription: Subscription): void;
  /** Asks the subscriber whether it wants to be one. */
  askToConfirm(topic: Topic, subscription: Subscription): void;
  sms(to: string, message: string): void;
  /** Ends what still waits for a retry. */
  stop(): void;
}

export interface DeliveryMeans {
  readonly mailbox: Mailbox;
  readonly signing: Signing;
  readonly smtp: Smtp | undefined;
}

export function accepts({ attributes }: Subscription, note: Notification): boolean {
  const policy = attributes['FilterPolicy'];
  if (policy === undefined || policy === '') return true;
  return attributes['FilterPolicyScope'] === 'MessageBody'
    ? acceptsBody(policy, note.messages['default'] ?? '')
    : acceptsAttributes(policy, note.attributes);
}

export function createDelivery(context: ServiceContext, { mailbox, signing, smtp }: DeliveryMeans): Delivery {
  const stopped = new AbortController();
  const endpoint = context.network.endpoint;
  const versionOf = (topic: Topic): '1' | '2' => (topic.attributes['SignatureVersion'] === '2' ? '2' : '1');

  const mail = async (sent: Mail): Promise<void> => {
    mailbox.add(sent);
    context.journal.record({
      event: 'mail.sent',
      subject: sent.to,
      because: sent.subject ?? sent.body.slice(0, 100),
    });
    if (smtp && sent.protocol !== 'sms') await smtp.send(sent);
  };
  const begin = (
    subscription: { readonly endpoint: string; readonly topicArn?: string },
    work: Promise<void>,
  ): void => {
    work.catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      context.journal.record({
        event: 'notification.failed',
        subject: subscription.endpoint,
        because: error instanceof Error ? error.message : String(error),
        data: { topic: subscription.topicArn ?? null },
      });
    });
  };
  const signed = (topic: Topic, note: Notification, subscription: Subscription): Promise<SignedDocument> =>
    signing.sign(notificationDocument(note, subscription, endpoint), versionOf(topic));

  const run = async (topic: Topic, note: Notification, subscription: Subscription): Promise<void> => {
    const { protocol, endpoint: to } = subscription;
    switch (protocol) {
      case 'email':
        return mail({ ...envelope(note, subscription), body: mailBody(note, subscription, endpoint) });
      case 'email-json': {
        const document = await signed(topic, note, subscription);
        return mail({ ...envelope(note, subscription), body: JSON.stringify(document, null, 2) });
      }
      case 'sms':
        return mail({ atMs: note.atMs, protocol, to, body: messageFor(note, protocol), topic: topic.name });
      case 'http':
      case 'https':
        return post(context, subscription, await signed(topic, note, subscription), stopped.signal);
      case 'lambda': {
        const event = lambdaEvent(note, subscription, await signed(topic, note, subscription));
        const input = {
          FunctionName: to,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(event)),
        };
        await context.invoke('lambda', 'Invoke', input);
      }
    }
  };

  return {
    deliver: (topic, note, subscription) => begin(subscription, run(topic, note, subscription)),
    askToConfirm: (topic, subscription) => {
      const atMs = Math.floor(context.clock.now());
      const document = confirmationDocument(subscription, randomUUID(), atMs, endpoint);
      if (subscription.protocol === 'http' || subscription.protocol === 'https') {
        const work = signing
          .sign(document, versionOf(topic))
          .then((ready) => post(context, subscription, ready, stopped.signal));
        begin(subscription, work);
      } else if (subscription.protocol === 'email' || subscription.protocol === 'email-json')
        begin(
          subscription,
          mail({
            atMs,
            protocol: subscription.protocol,
            to: subscription.endpoint,
            subject: 'AWS Notification - Subscription Confirmation',
            body: `${document.Message.split('\n')[0]}\nHere the subscription is confirmed already; on AWS you would have to visit:\n${document.SubscribeURL}\n`,
            topic: topic.name,
          }),
        );
    },
    sms: (to, body) =>
      begin({ endpoint: to }, mail({ atMs: Math.floor(context.clock.now()), protocol: 'sms', to, body })),
    stop: () => stopped.abort(new Error('the service stops')),
  };

  function envelope(
    note: Notification,
    { protocol, endpoint: to, topicArn }: Subscription,
  ): Omit<Mail, 'body'> {
    return {
      atMs: note.atMs,
      protocol: protocol as 'email' | 'email-json',
      to,
      subject: mailSubject(note),
      topic: topicArn.split(':').at(-1) ?? '',
    };
  }
}
