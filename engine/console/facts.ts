/**
 * What the picture is made from: the report that GET /api/status gives, as far as it is looked at here. Services
 * report facts as JSON of their own shapes, so each is read with care: what is not there is left out, not guessed.
 */

export type Row = Readonly<Record<string, unknown>>;

export interface MemberFacts {
  readonly name: string;
  /** starting, running, lost, frozen, restarting or stopped */
  readonly state: string;
  readonly because: string;
}

export interface GuestFacts {
  readonly kind: string;
  readonly id: string;
  readonly zone: string;
  /** It was stopped where it stood (SIGSTOP). */
  readonly frozen?: boolean;
}

export interface ProcessFacts {
  readonly guests: readonly GuestFacts[];
  readonly services: Row;
}

/** What the controller of a region said last. */
export interface ControllerWord {
  readonly atMs: number;
  readonly phase: string | null;
  readonly verdict: string;
  readonly because: string;
}

export interface Report {
  readonly system: {
    readonly phase: string;
    readonly speed: number;
    readonly awsNowMs: number;
    readonly regions: readonly string[];
  };
  readonly members: readonly MemberFacts[];
  readonly links: readonly {
    readonly from: string;
    readonly to: string;
    readonly delayMs: number;
    readonly cut: boolean;
  }[];
  readonly processes: Readonly<Record<string, ProcessFacts | { readonly unavailable: string }>>;
  /** By region. */
  readonly controllers: Readonly<Record<string, ControllerWord>>;
  /** The region that a loopback address belongs to. */
  regionOf(address: string): string | undefined;
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list that is found along a path. */
export function rows(facts: unknown, ...path: readonly string[]): readonly Row[] {
  let found: unknown = facts;
  for (const name of path) found = isRow(found) ? found[name] : undefined;
  return Array.isArray(found) ? found.filter(isRow) : [];
}

export function text(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

export function textOrNull(row: Row, name: string): string | null {
  return text(row, name) || null;
}

export function number(row: Row, name: string): number {
  const value = row[name];
  return typeof value === 'number' ? value : 0;
}

export function numberOrNull(row: Row, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' ? value : null;
}

export function texts(row: Row, name: string): readonly string[] {
  const value = row[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The facts of a process that answered. */
export function answered(report: Pick<Report, 'processes'>, name: string): ProcessFacts | undefined {
  const process = report.processes[name];
  return process && 'services' in process ? process : undefined;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
