/**
 * What a system keeps between runs, in its directory (`.understudy` by default): who it is (account, seed,
 * secret, authority), how far its clock has come, who runs it now. Files are written aside, synced and
 * renamed, so that each is whole after a crash at any instant; secrets are readable by their owner alone.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createAuthority, type KeyPairPem } from '../network/certificates.ts';

export interface SystemIdentity {
  readonly account: string;
  readonly seed: number;
  /** Hex. */
  readonly secret: string;
  /** What the control API asks for. */
  readonly controlToken: string;
  readonly authority: KeyPairPem;
}

/** Who runs the system now; stale when no such process lives. */
export interface RunRecord {
  readonly pid: number;
  /** Tells a process from a later one with the same pid (clock ticks since boot; 0 where /proc is absent). */
  readonly startTicks: number;
  readonly block: number;
  readonly controlUrl: string;
  readonly speed: number;
  /** Groups to end if their supervisor did not: one a region, one for the global process. */
  readonly groups: readonly { readonly name: string; readonly pid: number; readonly startTicks: number }[];
}

export interface StateDirectory {
  readonly path: string;
  readonly trustFile: string;
  identity(): Promise<SystemIdentity>;
  run(): RunRecord | undefined;
  writeRun(record: RunRecord): void;
  /** An AWS time that this system has not passed; 0 for a new one. */
  clock(): number;
  writeClock(awsNowMs: number): void;
  regionDirectory(region: string): string;
}

export function stateDirectory(path: string): StateDirectory {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const file = (name: string): string => join(path, name);
  return {
    path,
    trustFile: file('authority.pem'),
    identity: async () => {
      const known = readJson<SystemIdentity>(file('identity.json'));
      if (known) return known;
      const identity: SystemIdentity = {
        account: '000000000000',
        seed: randomBytes(4).readUInt32LE(),
        secret: randomBytes(32).toString('hex'),
        controlToken: randomBytes(24).toString('base64url'),
        authority: await createAuthority('Understudy local authority'),
      };
      writeWhole(file('authority.pem'), identity.authority.certificatePem, 0o644);
      writeWhole(file('identity.json'), JSON.stringify(identity), 0o600);
      return identity;
    },
    run: () => readJson<RunRecord>(file('run.json')),
    writeRun: (record) => writeWhole(file('run.json'), JSON.stringify(record, null, 2), 0o600),
    clock: () => readJson<{ awsNowMs: number }>(file('clock.json'))?.awsNowMs ?? 0,
    writeClock: (awsNowMs) => writeWhole(file('clock.json'), JSON.stringify({ awsNowMs }), 0o644),
    regionDirectory: (region) => file(region),
  };
}

function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new Error(
      `${path} is not readable as JSON (${(error as Error).message}); move it away to start anew`,
    );
  }
}

function writeWhole(path: string, text: string, mode: number): void {
  const aside = `${path}.${process.pid}.new`;
  const handle = openSync(aside, 'w', mode);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(aside, path);
}
