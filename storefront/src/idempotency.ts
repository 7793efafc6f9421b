// The rule behind Idempotency-Key: the same key with the same order gives the same answer, the same key with
// another order is refused. Pure: which keys are allowed, and what makes two orders the same.

import { createHash } from 'node:crypto';
import { Problem } from './problem.ts';

export interface OrderRequest {
  readonly customer: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

const longestKey = 255;

export function idempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined || header === '') {
    const detail =
      'Send a new random value, such as a UUID, for each order, and the same one with each retry of it.';
    throw new Problem('idempotency-key-missing', detail);
  }
  if (typeof header !== 'string' || header.length > longestKey || !/^[\x21-\x7e]+$/.test(header)) {
    const detail = `It must be one value of 1 to ${longestKey} visible ASCII characters.`;
    throw new Problem('idempotency-key-invalid', detail);
  }
  return header;
}

/** What the order says, whatever the order of its JSON members and its white space. */
export function requestHash(request: OrderRequest): string {
  const said = [request.customer, request.items.map((item) => [item.productId, item.quantity])];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

export function requireSameRequest(key: string, storedHash: string, hash: string): void {
  if (storedHash === hash) return;
  const detail = `The key '${key}' belongs to an order with another content. Use a new key for a new order.`;
  throw new Problem('idempotency-key-reused', detail);
}
