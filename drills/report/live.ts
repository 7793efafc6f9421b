/** The lines that a drill prints while it runs: one for each event, and a last one that changes. Pure. */
import type { SecondOfTraffic, Sighting, TimelineEntry } from '../result.ts';
import { plain, shortSubject } from './escape.ts';
import { lagText, momentText } from './figures.ts';
import { type Paint, type Printing, painter } from './paint.ts';

const WHERE_WIDTH = 10;
const EVENT_WIDTH = 26;

const BAD = /\b(lost|failed|killed|hung|refused|left-out|timed-out|rolled-back)\b/;
const GOOD = /\b(promoted|recovered|restored|connected|completed|finished|opened)\b/;
const STIR = /\b(alarm|failover|switchover|failback|health|latch|fenced|demoted|decision)/;

function toneOf(event: string, paint: Paint): (text: string) => string {
  if (BAD.test(event)) return paint.red;
  if (GOOD.test(event)) return paint.green;
  if (STIR.test(event)) return paint.yellow;
  return (text) => text;
}

export function timelineLine(entry: TimelineEntry, printing: Printing): string {
  const paint = painter(printing);
  const event = plain(entry.event);
  return [
    paint.bold(momentText(entry.atSeconds)),
    paint.cyan(plain(entry.where).padEnd(WHERE_WIDTH)),
    toneOf(event, paint)(event.padEnd(EVENT_WIDTH)),
    [plain(shortSubject(entry.subject)), entry.because && paint.dim(plain(entry.because))]
      .filter(Boolean)
      .join('  '),
  ]
    .join('  ')
    .trimEnd();
}

/** ✓ ok, ↺ refused (503, try again), ✗ failed, in the latest whole second; tasks region by region. */
export function statusLine(second: SecondOfTraffic | undefined, sighting: Sighting | undefined): string {
  const atSeconds = second?.atSeconds ?? sighting?.atSeconds;
  const parts = [atSeconds === undefined ? 'T        ' : momentText(atSeconds, 0)];
  if (second)
    parts.push(
      `writes ✓${second.writesOk} ↺${second.writesRefused} ✗${second.writesFailed}`,
      `reads ✓${second.readsOk} ✗${second.readsFailed}`,
    );
  if (sighting)
    parts.push(
      `dns ${plain(sighting.dnsActive)}`,
      `writer ${plain(sighting.writer)}`,
      `lag ${lagText(sighting.lagMs)}`,
      `tasks ${Object.values(sighting.tasks).join('+') || 'unknown'}`,
    );
  return parts.join('  ');
}
