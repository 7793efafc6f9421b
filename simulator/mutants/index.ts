// Every mutant.

import { controllers } from './controllers.ts';
import { databases } from './databases.ts';
import type { Mutant } from './mutant.ts';
import { services } from './services.ts';

export const mutants: readonly Mutant[] = [...controllers, ...databases, ...services];
