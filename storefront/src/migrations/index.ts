// The schema's history, oldest first. Every statement may be run twice without harm, because MySQL commits
// each DDL statement by itself and a task can be killed between a statement and the note that it was done.

import { m0001Catalogue } from './0001-catalogue.ts';
import { m0002Orders } from './0002-orders.ts';
import { m0003Heartbeat } from './0003-heartbeat.ts';

export interface Migration {
  readonly id: string;
  readonly statements: readonly string[];
}

export const migrations: readonly Migration[] = [m0001Catalogue, m0002Orders, m0003Heartbeat];
