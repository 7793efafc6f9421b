/**
 * The control API's calls, by the names and the answers of the contract. What the system says when it refuses
 * (`{ error }`) becomes the error's text, for people to read.
 */
import type { ConsoleApi } from '@understudy/engine/console';
import { authorization } from './token.ts';

type Get<Name extends string> = `GET ${Name}` extends keyof ConsoleApi ? ConsoleApi[`GET ${Name}`] : never;
type Path = keyof ConsoleApi extends infer Key ? (Key extends `GET ${infer P}` ? P : never) : never;
type PostPath = keyof ConsoleApi extends infer Key ? (Key extends `POST ${infer P}` ? P : never) : never;

export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Query = Readonly<Record<string, string | number | null | undefined>>;

export async function get<P extends Path>(path: P, query: Query = {}, signal?: AbortSignal): Promise<Get<P>> {
  const answer = await ask(withQuery(path, query), signal ? { signal } : {});
  return (await answer.json()) as Get<P>;
}

export async function post<P extends PostPath>(
  path: P,
  body: Readonly<Record<string, unknown>>,
): Promise<ConsoleApi[`POST ${P}`]> {
  const answer = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as ConsoleApi[`POST ${P}`];
}

export const reportPage = async (id: string): Promise<string> =>
  (await ask(`/api/reports/${encodeURIComponent(id)}/page`, {})).text();

async function ask(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      ...init,
      headers: { ...authorization(), ...(init.headers as Record<string, string> | undefined) },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Error('The system does not answer. Is `npm start` still running?');
  }
  if (answer.ok) return answer;
  throw new Refused(answer.status, await refusalText(answer));
}

async function refusalText(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error;
  } catch {
    // Not one of our answers: its status says the most.
  }
  return `The system answered ${answer.status} ${answer.statusText}`.trim();
}

function withQuery(path: string, query: Query): string {
  const entries = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}
