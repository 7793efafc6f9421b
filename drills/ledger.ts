/**
 * What the clients were told. Every attempt at a write or a read is an entry, with its outcome and its times
 * (AWS time); an order is acknowledged once some attempt with its key was answered with success. Pure.
 */
export type Outcome =
  /** Answered with success. */
  | 'ok'
  /** Answered with 503: the application says that it cannot just now. */
  | 'refused'
  /** Any other error answer, a broken connection, or no answer in time. */
  | 'failed';

export interface Attempt {
  readonly kind: 'write' | 'read';
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: Outcome;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** The region that answered (X-Served-By). */
  readonly servedBy?: string;
  readonly key?: string;
}

export interface Order {
  readonly key: string;
  readonly firstSentMs: number;
  readonly acknowledgedMs: number | null;
  /** Every order id that was ever answered for this key; more than one is a duplicate. */
  readonly orderIds: readonly string[];
  readonly servedBy?: string;
}

export interface Ledger {
  attempt(attempt: Attempt): void;
  sent(key: string, atMs: number): void;
  acknowledged(key: string, atMs: number, orderId: string, servedBy: string | undefined): void;
  attempts(): readonly Attempt[];
  orders(): readonly Order[];
}

export function createLedger(): Ledger {
  const attempts: Attempt[] = [];
  const orders = new Map<string, Order>();
  return {
    attempt: (attempt) => void attempts.push(attempt),
    sent: (key, atMs) => {
      if (!orders.has(key)) orders.set(key, { key, firstSentMs: atMs, acknowledgedMs: null, orderIds: [] });
    },
    acknowledged: (key, atMs, orderId, servedBy) => {
      const order = orders.get(key);
      if (!order) throw new Error(`order ${key} was acknowledged but never sent`);
      orders.set(key, {
        ...order,
        acknowledgedMs: order.acknowledgedMs ?? atMs,
        orderIds: order.orderIds.includes(orderId) ? order.orderIds : [...order.orderIds, orderId],
        ...(servedBy !== undefined && order.servedBy === undefined && { servedBy }),
      });
    },
    attempts: () => attempts,
    orders: () => [...orders.values()],
  };
}
