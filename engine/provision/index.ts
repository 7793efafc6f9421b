/** The door of the provision room. The big schema database is behind `check.ts` alone, in its own process. */
export { type CheckReport, checkAssembly } from './check.ts';
export type { Outcome, ResourceProblem } from './deployment.ts';
export { type FatePlan, type PlannedResource, planFates } from './fates.ts';
export type { StackExport } from './outputs.ts';
export type { DeployRequest } from './plan.ts';
export type { OnProgress, ProgressEvent } from './progress.ts';
export { createProvisioner, type Provisioner, type ProvisionerOptions } from './provisioner.ts';
export type { ResourceStatus, StackEvent, StackOutput, StackStatus } from './records.ts';
export type { Schema } from './schema.ts';
export type { RegisteredHandler } from './steps.ts';
export type { ResourceView, StackDescription, StackView } from './view.ts';
