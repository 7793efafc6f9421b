/** The door of the provision room. The big schema database is behind `check.ts` alone, in its own process. */
export { checkAssembly } from './check.ts';
export { planFates } from './fates.ts';
export { createProvisioner, type Provisioner } from './provisioner.ts';
export type { Schema } from './schema.ts';
export type { RegisteredHandler } from './steps.ts';
