/**
 * What ECS keeps: clusters, task definitions, services with their deployments, and tasks. Documents only;
 * what follows from them is in deployment.ts and reconciliation.ts, what happens in runtime.ts.
 */
import { randomBytes } from 'node:crypto';
import type {
  Cluster,
  KeyValuePair,
  LoadBalancer,
  ServiceRegistry,
  Tag,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Table } from '../contract.ts';

export interface ClusterRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: NonNullable<Cluster['settings']>;
  readonly tags: readonly Tag[];
}

/** In the shape the API returns, with times as numbers, since a record is JSON. */
export interface TaskDefinitionRecord {
  readonly definition: Omit<TaskDefinition, 'registeredAt' | 'deregisteredAt'>;
  readonly registeredAtMs: number;
  readonly clientToken?: string;
}

export interface DeploymentRecord {
  readonly id: string;
  /** PRIMARY is the one the service moves to; ACTIVE ones are on their way out. */
  readonly status: 'PRIMARY' | 'ACTIVE';
  readonly taskDefinitionArn: string;
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly rolloutStateReason: string;
  /** Tasks that ended without ever being healthy since the last one that was. */
  readonly failedTasks: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface ServiceEventRecord {
  readonly id: string;
  readonly atMs: number;
  readonly message: string;
}

export interface ServiceRecord {
  readonly name: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean };
  readonly gracePeriodSeconds: number;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: boolean;
  readonly loadBalancers: readonly LoadBalancer[];
  readonly serviceRegistries: readonly ServiceRegistry[];
  readonly deployments: readonly DeploymentRecord[];
  /** The newest task definition that a completed deployment ran, for a rollback. */
  readonly lastCompletedTaskDefinitionArn?: string;
  readonly throttle: { readonly failures: number; readonly notBeforeMs: number };
  readonly events: readonly ServiceEventRecord[];
  readonly createdAtMs: number;
  readonly clientToken?: string;
  readonly tags: readonly Tag[];
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export interface TaskRecord {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly serviceArn?: string;
  readonly deploymentId?: string;
  readonly startedBy?: string;
  readonly group: string;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  /** It has been healthy at least once, so its end is not a failed start. */
  readonly provenHealthy: boolean;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly networkInterfaceId?: string;
  readonly privateAddress?: string;
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly stoppingAtMs?: number;
  readonly stoppedAtMs?: number;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly exitCode?: number;
  readonly pid?: number;
  readonly pidStartTicks?: number;
  readonly overrides?: {
    readonly command?: readonly string[];
    readonly environment?: readonly KeyValuePair[];
  };
}

export interface EcsRecords {
  readonly clusters: Table<ClusterRecord>;
  /** By ARN. */
  readonly definitions: Table<TaskDefinitionRecord>;
  /** By ARN. */
  readonly services: Table<ServiceRecord>;
  /** By id. */
  readonly tasks: Table<TaskRecord>;
}

export function hexId(bytes = 16): string {
  return randomBytes(bytes).toString('hex');
}

export function clusterNameOf(clusterArn: string): string {
  return clusterArn.slice(clusterArn.lastIndexOf('/') + 1);
}

export function primaryOf(service: ServiceRecord): DeploymentRecord | undefined {
  return service.deployments.find((one) => one.status === 'PRIMARY');
}

/** A task on its way out, or out. */
export function isLeaving(task: TaskRecord): boolean {
  return task.desiredStatus === 'STOPPED';
}

export const EVENTS_KEPT = 100;

export function withEvent(service: ServiceRecord, atMs: number, message: string): ServiceRecord {
  const event = { id: hexId(), atMs, message: `(service ${service.name}) ${message}` };
  return { ...service, events: [event, ...service.events].slice(0, EVENTS_KEPT) };
}
