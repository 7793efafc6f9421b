/**
 * Global transaction ids as MariaDB writes them: `domain-server-sequence`, and positions, which hold the last
 * id of each domain (`0-10001-42`). All writers of a global database share domain 0 and take turns, so the
 * sequence number alone orders transactions; the server number tells two histories apart that forked.
 * https://mariadb.com/kb/en/gtid/
 */
export interface Gtid {
  readonly domain: number;
  readonly server: number;
  readonly sequence: number;
}

/** The last transaction of each domain, lowest domain first; empty before the first transaction. */
export type GtidPosition = readonly Gtid[];

export function parsePosition(text: string | null | undefined): GtidPosition {
  const parts = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts
    .map((part) => {
      const match = /^(\d+)-(\d+)-(\d+)$/.exec(part);
      if (!match)
        throw new Error(`a GTID is <domain>-<server>-<sequence>, found ${JSON.stringify(part)} in ${text}`);
      return { domain: Number(match[1]), server: Number(match[2]), sequence: Number(match[3]) };
    })
    .sort((a, b) => a.domain - b.domain);
}

export function formatPosition(position: GtidPosition): string {
  return position.map((gtid) => `${gtid.domain}-${gtid.server}-${gtid.sequence}`).join(',');
}

/** The sequence number in domain 0, the only domain that the engine's servers write. */
export function sequenceOf(position: GtidPosition): number {
  return position.find((gtid) => gtid.domain === 0)?.sequence ?? 0;
}

/** `behind` and `ahead` hold only for histories that did not fork; see `surplusAfter` for those that may have. */
export function comparePositions(
  a: GtidPosition,
  b: GtidPosition,
): 'equal' | 'behind' | 'ahead' | 'diverged' {
  const difference = sequenceOf(a) - sequenceOf(b);
  if (difference < 0) return 'behind';
  if (difference > 0) return 'ahead';
  return formatPosition(a) === formatPosition(b) ? 'equal' : 'diverged';
}

/** Is every transaction up to `wanted` contained in a server that stands at `position`? */
export function reached(position: GtidPosition, wanted: GtidPosition): boolean {
  return sequenceOf(position) >= sequenceOf(wanted);
}

/** The later of two positions of one server (its binary log's and its replication position). */
export function laterPosition(a: GtidPosition, b: GtidPosition): GtidPosition {
  return sequenceOf(a) >= sequenceOf(b) ? a : b;
}
