/** From samples, the stretches of time in which DNS named the same region. Pure. */
import type { Sample } from '@understudy/engine/console';

export interface DnsSpan {
  readonly region: string | null;
  readonly fromMs: number;
  readonly toMs: number;
}

const MAX_SPANS = 20;

export function spansOf(samples: readonly Sample[]): readonly DnsSpan[] {
  const spans: DnsSpan[] = [];
  for (const { active, atMs } of samples) {
    const last = spans.at(-1);
    if (last && last.region === active) spans[spans.length - 1] = { ...last, toMs: atMs };
    else spans.push({ region: active, fromMs: atMs, toMs: atMs });
  }
  return spans.slice(-MAX_SPANS);
}
