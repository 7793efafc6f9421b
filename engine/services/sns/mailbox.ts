/**
 * Where mails and text messages go when there is nobody else to take them: JSON lines in the service's folder,
 * which `understudy mail` shows. Two files: when the current one is full it becomes the old one.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Mail {
  readonly atMs: number;
  readonly protocol: 'email' | 'email-json' | 'sms';
  readonly to: string;
  readonly subject?: string;
  readonly body: string;
  readonly topic?: string;
}

export interface Mailbox {
  add(mail: Mail): void;
  /** Oldest first. */
  read(): readonly Mail[];
  count(): number;
}

const FILE_BYTES = 4 * 1024 * 1024;

export function openMailbox(directory: string): Mailbox {
  const current = join(directory, 'mailbox.jsonl');
  const old = join(directory, 'mailbox.old.jsonl');
  const read = (): readonly Mail[] => [old, current].flatMap(mailsIn);
  let count = read().length;
  return {
    add: (mail) => {
      count += 1;
      if (existsSync(current) && statSync(current).size > FILE_BYTES) renameSync(current, old);
      // The leading newline ends a line that a kill cut short; empty lines are skipped.
      appendFileSync(current, `\n${JSON.stringify(mail)}\n`);
    },
    read,
    count: () => count,
  };
}

function mailsIn(file: string): readonly Mail[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): Mail[] => {
      if (line === '') return [];
      try {
        return [JSON.parse(line) as Mail];
      } catch {
        return [];
      }
    });
}
