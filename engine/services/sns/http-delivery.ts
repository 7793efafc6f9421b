/**
 * POST to an HTTP(S) subscriber, with AWS's default retries: three, 20 s apart; an answer of 4xx is final.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { ServiceContext } from '../contract.ts';
import type { SignedDocument } from './forms.ts';
import type { Subscription } from './model.ts';

const RETRIES = 3;
const RETRY_DELAY_MS = 20_000;
/** AWS waits 15 s for an endpoint: a limit on real I/O, in real time. */
const ANSWER_LIMIT_MS = 15_000;

export class DeliveryFailed extends Error {}

export async function post(
  context: ServiceContext,
  subscription: Subscription,
  document: SignedDocument,
  signal: AbortSignal,
): Promise<void> {
  const raw = subscription.attributes['RawMessageDelivery'] === 'true' && document.Type === 'Notification';
  const headers = {
    'x-amz-sns-message-type': document.Type,
    'x-amz-sns-message-id': document.MessageId,
    'x-amz-sns-topic-arn': document.TopicArn,
    ...(document.Type === 'Notification' ? { 'x-amz-sns-subscription-arn': subscription.arn } : {}),
    ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
  };
  const body = raw ? document.Message : JSON.stringify(document, null, 2);
  for (let attempt = 0; ; attempt++) {
    const outcome = await once(subscription.endpoint, headers, body, context.network.trustFile, signal);
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) return;
    const found = typeof outcome === 'number' ? `answered ${outcome}` : outcome.message;
    const final = typeof outcome === 'number' && outcome >= 400 && outcome < 500;
    if (final || attempt >= RETRIES)
      throw new DeliveryFailed(`${subscription.endpoint} ${found}, ${attempt + 1} attempt(s)`);
    await context.clock.sleep(RETRY_DELAY_MS, signal);
  }
}

function once(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  trustFile: string,
  signal: AbortSignal,
): Promise<number | Error> {
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
    };
    try {
      const request = url.startsWith('https:')
        ? httpsRequest(url, { ...options, ca: [...rootCertificates, readFileSync(trustFile, 'utf8')] })
        : httpRequest(url, options);
      request.setTimeout(ANSWER_LIMIT_MS, () =>
        request.destroy(new Error(`no answer within ${ANSWER_LIMIT_MS / 1000} s`)),
      );
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', resolve);
      request.end(body);
    } catch (error) {
      resolve(error as Error);
    }
  });
}
