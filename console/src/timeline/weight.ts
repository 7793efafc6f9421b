/** How much a record weighs on the timeline, by its event's name: what is lost, what changes place, and the rest. Pure. */
export type Weight = 'loss' | 'change' | 'plain';

const LOSS = /(^region\.lose$|lost|failed|hung|unhealthy|forked|dropped|refused|timed-out)$|\.(lose|freeze)$/;
const CHANGE =
  /promoted|changed|restore|decided|failover|failback|switchover|head-changed|writer-opened|fenced/;

export function weightOf(event: string): Weight {
  if (LOSS.test(event)) return 'loss';
  return CHANGE.test(event) ? 'change' : 'plain';
}
