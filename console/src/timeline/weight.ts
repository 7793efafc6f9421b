/** How much a record weighs on the timeline, by its event's name: what is lost, what changes place, and the rest. Pure. */
export type Weight = 'loss' | 'change' | 'plain';

const LOSS = /(^region\.lose$|lost|failed|hung|unhealthy|forked|dropped|refused|timed-out)$|\.(lose|freeze)$/;
const PLACE = /^(answer|health-check|origin|membership)\.changed$|^drill\.|(restored|decided|head-changed)$/;
const WRITER = /^cluster\..*(promoted|failover|switchover|writer-opened|fenced)|failback|\.restore$/;

export function weightOf(event: string): Weight {
  if (LOSS.test(event)) return 'loss';
  return PLACE.test(event) || WRITER.test(event) ? 'change' : 'plain';
}
