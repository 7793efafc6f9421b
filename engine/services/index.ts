/** The services, one line each. Nothing else in the engine knows one by name. */
import type { ServiceDefinition } from './contract.ts';

export const services: readonly ServiceDefinition[] = [];
