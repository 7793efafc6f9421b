// Talking to the shop. An order gets one Idempotency-Key for its whole life, so that sending it again after a
// 503 or a broken connection can never place it twice.

const longestTryingMs = 10 * 60_000;

export async function loadProducts() {
  const answer = await fetch('/api/products');
  if (!answer.ok) throw new Error(`the catalogue answered ${answer.status}`);
  return (await answer.json()).products;
}

export async function readRegion() {
  const answer = await fetch('/api/region', { cache: 'no-store', signal: AbortSignal.timeout(8_000) });
  if (!answer.ok) throw new Error(`the region answered ${answer.status}`);
  return answer.json();
}

/** Sends until it is taken or refused; `onWait` hears how long each pause is. */
export async function sendOrder(order, onWait) {
  const key = newKey();
  const startedAt = Date.now();
  for (;;) {
    const answer = await attempt(order, key);
    if (answer?.ok) return answer.json();
    if (answer !== null && answer.status < 500) throw new Error(await reason(answer));
    if (Date.now() - startedAt > longestTryingMs)
      throw new Error('We could not place your order. Please try again later.');
    const seconds = Math.min(60, Number(answer?.headers.get('retry-after')) || 5);
    onWait(seconds);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

async function attempt(order, key) {
  try {
    return await fetch('/api/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    return null;
  }
}

async function reason(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `The order was refused (${answer.status}).`;
}

/** `crypto.randomUUID` is for secure origins only; random bytes are for all. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
