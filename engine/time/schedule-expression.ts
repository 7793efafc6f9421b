/**
 * AWS schedule expressions: `rate(1 minute)`, `cron(0/15 8-18 ? * MON-FRI *)` and `at(2026-11-23T10:00:00)`.
 * Pure: an expression and a time go in, the next time comes out. EventBridge User Guide, “Setting a schedule
 * pattern for scheduled rules”; days of the week count from 1 = Sunday there.
 */
export type Schedule =
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'at'; readonly wallMs: number }
  | { readonly kind: 'cron'; readonly fields: CronFields };

interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number> | 'any';
  readonly matchesDay: (day: Day) => boolean;
}

interface Day {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly date: number;
  /** 1 = Sunday. */
  readonly weekday: number;
  readonly lastDate: number;
}

export class ScheduleError extends Error {}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const units: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS };
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export function parseSchedule(text: string): Schedule {
  const match = /^(rate|cron|at)\((.*)\)$/.exec(text.trim());
  if (!match)
    throw new ScheduleError(`a schedule is rate(…), cron(…) or at(…), found ${JSON.stringify(text)}`);
  const [, kind, inner = ''] = match;
  if (kind === 'rate') return parseRate(inner);
  if (kind === 'cron') return { kind: 'cron', fields: parseCron(inner) };
  const wallMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner) ? Date.parse(`${inner}Z`) : Number.NaN;
  if (Number.isNaN(wallMs))
    throw new ScheduleError(`at() takes yyyy-mm-ddThh:mm:ss, found ${JSON.stringify(inner)}`);
  return { kind: 'at', wallMs };
}

function parseRate(inner: string): Schedule {
  const match = /^(\d+) (minute|hour|day)(s?)$/.exec(inner.trim());
  const value = Number(match?.[1]);
  // AWS insists on the grammar: one minute, two minutes.
  if (!match || value < 1 || (value === 1) !== (match[3] === ''))
    throw new ScheduleError(
      `rate() takes a positive number and minute(s), hour(s) or day(s), found ${JSON.stringify(inner)}`,
    );
  return { kind: 'rate', everyMs: value * units[match[2]!]! };
}

function parseCron(inner: string): CronFields {
  const words = inner.trim().toUpperCase().split(/\s+/);
  if (words.length !== 6)
    throw new ScheduleError(
      `cron() takes six fields (minutes hours day-of-month month day-of-week year), found ${words.length} in ${JSON.stringify(inner)}`,
    );
  const [minutes, hours, date, month, weekday, year] = words as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((date === '?') === (weekday === '?'))
    throw new ScheduleError(`exactly one of day-of-month and day-of-week must be ?, found ${inner}`);
  return {
    minutes: numbers(minutes, 0, 59),
    hours: numbers(hours, 0, 23),
    months: new Set(numbers(month, 1, 12, monthNames)),
    years: year === '*' ? 'any' : new Set(numbers(year, 1970, 2199)),
    matchesDay: date === '?' ? byWeekday(weekday) : byDate(date),
  };
}

/** Lists, ranges, steps and names of one field, as sorted numbers. */
function numbers(field: string, low: number, high: number, names: readonly string[] = []): readonly number[] {
  const found = new Set<number>();
  const value = (word: string): number => {
    const named = names.indexOf(word);
    const number = named >= 0 ? named + low : /^\d+$/.test(word) ? Number(word) : Number.NaN;
    if (!(number >= low && number <= high))
      throw new ScheduleError(`${JSON.stringify(field)}: ${word} is not between ${low} and ${high}`);
    return number;
  };
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const by = step === undefined ? 1 : Number(step);
    if (!(Number.isInteger(by) && by > 0))
      throw new ScheduleError(`${JSON.stringify(field)}: a step is a positive number, found ${step}`);
    const [first = '', last] = range === '*' ? [String(low), String(high)] : range.split('-');
    const from = value(first);
    const to = last === undefined ? (step === undefined ? from : high) : value(last);
    // FRI-MON goes over the end of the week.
    const span = to >= from ? to - from : to - from + (high - low + 1);
    for (let offset = 0; offset <= span; offset += by)
      found.add(low + ((from - low + offset) % (high - low + 1)));
  }
  return [...found].sort((one, other) => one - other);
}

function byDate(field: string): (day: Day) => boolean {
  if (field === 'L') return (day) => day.date === day.lastDate;
  const near = /^(\d+)W$/.exec(field);
  if (near) return (day) => day.date === nearestWeekday(Number(near[1]), day);
  const dates = new Set(numbers(field, 1, 31));
  return (day) => dates.has(day.date);
}

/** The working day nearest to a date, within the month. */
function nearestWeekday(date: number, day: Day): number {
  const wanted = Math.min(date, day.lastDate);
  const weekday = (((day.weekday - 1 + wanted - day.date) % 7) + 7) % 7;
  if (weekday === 6) return wanted > 1 ? wanted - 1 : wanted + 2;
  if (weekday === 0) return wanted < day.lastDate ? wanted + 1 : wanted - 2;
  return wanted;
}

function byWeekday(field: string): (day: Day) => boolean {
  const nth = /^(\w+)#([1-5])$/.exec(field);
  if (nth) {
    const [wanted] = numbers(nth[1]!, 1, 7, dayNames);
    return (day) => day.weekday === wanted && Math.ceil(day.date / 7) === Number(nth[2]);
  }
  const last = /^(\w+)L$/.exec(field);
  if (last) {
    const [wanted] = numbers(last[1]!, 1, 7, dayNames);
    return (day) => day.weekday === wanted && day.date + 7 > day.lastDate;
  }
  if (field === 'L') return (day) => day.weekday === 7;
  const days = new Set(numbers(field, 1, 7, dayNames));
  return (day) => days.has(day.weekday);
}

/**
 * The first time after `afterMs`; undefined when there is none. Rates count from `originMs`, the creation of
 * whatever has the schedule. `zone` is an IANA name for cron and at; a time that the zone's clock skips
 * comes at the moment of the skip.
 */
export function nextTime(
  schedule: Schedule,
  afterMs: number,
  originMs: number,
  zone = 'UTC',
): number | undefined {
  switch (schedule.kind) {
    case 'rate': {
      const passed = Math.floor((afterMs - originMs) / schedule.everyMs);
      return originMs + Math.max(1, passed + 1) * schedule.everyMs;
    }
    case 'at': {
      const time = fromWall(schedule.wallMs, zone);
      return time > afterMs ? time : undefined;
    }
    case 'cron': {
      let wall = toWall(afterMs, zone);
      for (;;) {
        const next = nextCron(schedule.fields, wall);
        if (next === undefined) return undefined;
        const time = fromWall(next, zone);
        if (time > afterMs) return time;
        wall = next;
      }
    }
  }
}

/** Search stops where no pattern of days can be waiting any more: leap days lie at most eight years apart. */
const SEARCHED_DAYS = 366 * 9;

function nextCron(fields: CronFields, afterWallMs: number): number | undefined {
  let dayMs = Math.floor(afterWallMs / DAY_MS) * DAY_MS;
  const far =
    fields.years === 'any' ? 0 : Math.max(0, Math.max(...fields.years) - new Date(dayMs).getUTCFullYear());
  for (let count = 0; count <= SEARCHED_DAYS + far * 366; count++, dayMs += DAY_MS) {
    if (!dayMatches(fields, dayMs)) continue;
    for (const hour of fields.hours)
      for (const minute of fields.minutes) {
        const time = dayMs + (hour * 60 + minute) * MINUTE_MS;
        if (time > afterWallMs) return time;
      }
  }
  return undefined;
}

function dayMatches(fields: CronFields, dayMs: number): boolean {
  const date = new Date(dayMs);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  if (!fields.months.has(month) || !(fields.years === 'any' || fields.years.has(year))) return false;
  const lastDate = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return fields.matchesDay({ year, month, date: date.getUTCDate(), weekday: date.getUTCDay() + 1, lastDate });
}

/** What a clock on the wall of the zone shows, as if it were UTC. */
function toWall(ms: number, zone: string): number {
  return zone === 'UTC' ? ms : ms + offsetMs(ms, zone);
}

function fromWall(wallMs: number, zone: string): number {
  if (zone === 'UTC') return wallMs;
  // Two steps, since the offset depends on the answer.
  const guess = wallMs - offsetMs(wallMs, zone);
  return wallMs - offsetMs(guess, zone);
}

function offsetMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(ms);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(ms / 1000) * 1000;
}
