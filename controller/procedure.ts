// The door for whoever drives the controller in another world than AWS: the three procedures and what they ask.

export type { InvocationPace, Ticked } from './invocation.ts';
export { watch } from './invocation.ts';
export type { Loaded, Saved } from './memory.ts';
export type { Reply } from './operator.ts';
export { obeyCommand } from './operator.ts';
export type { Answer, Done, Look, Mind, Procedure, Step } from './step.ts';
export type { Tick } from './tick.ts';
export { tick } from './tick.ts';
