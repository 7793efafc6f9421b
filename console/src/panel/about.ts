/**
 * What the panel says of a box and what may be done to it, from the picture alone. Pure; logs, metrics, alarms and
 * mail are asked for by the panel's parts.
 */
import type { Box, Condition, Picture, RegionPicture, TaskBox } from '@understudy/engine/console';
import {
  commandQuestion,
  type FaultAction,
  faultQuestion,
  linkSays,
  processSays,
  type Question,
  regionSays,
} from '../actions/questions.ts';
import { lagText, rateText, shareText } from '../words/format.ts';

export type Part = 'dns' | 'edges' | 'positions' | 'alarms' | 'mail' | 'metrics' | 'logs' | 'resources';

export interface About {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly region: string | null;
  readonly condition: Condition;
  readonly because: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly questions: readonly { readonly label: string; readonly question: Question }[];
  readonly parts: readonly Part[];
  /** Of the resources: type, and what its name has in it. */
  readonly resourceTypes: readonly string[];
  readonly resourceName: string;
}

const EMPTY = { facts: [], questions: [], parts: [] as readonly Part[], resourceTypes: [], resourceName: '' };

export function aboutBox(picture: Picture, id: string): About | null {
  if (id === 'dns') return aboutDns(picture);
  if (id.startsWith('link/')) return aboutLink(picture, id);
  const edge = picture.edges.find((one) => one.id === id);
  if (edge)
    return {
      ...EMPTY,
      ...said(edge, edge.label, 'CloudFront edge location', null),
      facts: [
        ['Requests', rateText(edge.perSecond)],
        ['Failed', rateText(edge.failedPerSecond)],
        ['Refused', rateText(edge.refusedPerSecond)],
        ['Hit rate', shareText(edge.hitRate)],
        ['Origin', edge.origin ?? 'not resolved'],
      ],
      questions: globalFaults(),
      parts: ['edges', 'metrics', 'logs', 'resources'],
      resourceTypes: ['AWS::CloudFront::Distribution'],
    };
  for (const region of picture.regions) {
    const found = aboutInRegion(picture, region, id);
    if (found) return found;
  }
  return null;
}

function aboutInRegion(picture: Picture, region: RegionPicture, id: string): About | null {
  const { name, database } = region;
  const about = (box: Box, kind: string, more: Partial<About>): About => ({
    ...EMPTY,
    ...said(box, box.label, kind, name),
    ...more,
  });
  if (id === region.process.id) return aboutRegion(picture, region);
  if (id.startsWith('zone/') && region.zones.includes(id.slice(5))) return aboutZone(region, id.slice(5));
  const task = region.tasks.find((one) => one.id === id);
  if (task) return aboutTask(region, task);
  const instance = database.instances.find((one) => one.id === id);
  if (instance)
    return about(instance, 'Aurora instance', {
      facts: [
        [
          'Role',
          instance.role === 'head' ? 'head of the secondary: follows the other region' : instance.role,
        ],
        ['Zone', instance.zone],
        ['Lag', instance.role === 'writer' ? 'none: it writes' : lagText(instance.lagMs)],
        ['GTID', instance.gtid ?? 'not known'],
      ],
      questions: faults(instance.label, [instance.id], (action) => processSays(action, instance.label)),
      parts: ['metrics', 'logs', 'resources'],
      resourceTypes: ['AWS::RDS::DBInstance'],
      resourceName: instance.label,
    });
  switch (id) {
    case database.id:
      return about(database, 'Aurora cluster', {
        facts: [
          ['Role', database.role],
          ['Status', database.status],
          ['Lag behind the writer', database.role === 'writer' ? 'none: it writes' : lagText(database.lagMs)],
          ['Resync', database.resync ?? 'none'],
        ],
        parts: ['positions', 'metrics', 'logs', 'resources'],
        resourceTypes: ['AWS::RDS::DBCluster', 'AWS::RDS::GlobalCluster'],
      });
    case region.loadBalancer.id:
      return about(region.loadBalancer, 'Application Load Balancer', {
        facts: [
          ['Healthy targets', `${region.loadBalancer.healthyTargets} of ${region.loadBalancer.targets}`],
        ],
        parts: ['metrics', 'logs', 'resources'],
        resourceTypes: [
          'AWS::ElasticLoadBalancingV2::LoadBalancer',
          'AWS::ElasticLoadBalancingV2::TargetGroup',
        ],
      });
    case region.bucket.id:
      return about(region.bucket, 'S3 bucket with replication', {
        facts: [
          ['Waiting to replicate', String(region.bucket.replicationPending)],
          ['Failed to replicate', String(region.bucket.replicationFailed)],
        ],
        parts: ['metrics', 'logs', 'resources'],
        resourceTypes: ['AWS::S3::Bucket'],
        resourceName: 'assets',
      });
    case region.alarms.id:
      return about(region.alarms, 'CloudWatch alarms', {
        facts: [['In alarm', region.alarms.inAlarm.join(', ') || 'none']],
        parts: ['alarms', 'logs', 'resources'],
        resourceTypes: ['AWS::CloudWatch::Alarm'],
      });
    case region.notifications.id:
      return about(region.notifications, 'SNS topic', {
        facts: [
          ['Published', String(region.notifications.published)],
          ['Mails sent', String(region.notifications.mails)],
        ],
        parts: ['mail', 'logs', 'resources'],
        resourceTypes: ['AWS::SNS::Topic'],
      });
    case region.controller.id:
      return about(region.controller, 'Failover controller (Lambda)', {
        facts: [
          ['Phase', region.controller.phase ?? 'not known'],
          ['Verdict', region.controller.verdict ?? 'not known'],
        ],
        questions: (['abandon', 'resume'] as const).map((command) => ({
          label: command === 'abandon' ? 'Hold…' : 'Resume…',
          question: commandQuestion(name, command),
        })),
        parts: ['logs', 'metrics', 'resources'],
        resourceTypes: ['AWS::Lambda::Function'],
        resourceName: 'failover',
      });
    default:
      return null;
  }
}

function aboutRegion(picture: Picture, region: RegionPicture): About {
  const { name, service } = region;
  return {
    ...EMPTY,
    ...said(region.process, name, 'Region', name),
    facts: [
      [
        'DNS',
        picture.dns.active === name ? 'names this region' : `names ${picture.dns.active ?? 'no region'}`,
      ],
      ['Database', region.database.role],
      ['Tasks', `${service.running} of ${service.desired} run`],
    ],
    questions: faults(name, [name], (action) => regionSays(action, name, picture.dns.active === name)),
    parts: ['alarms', 'logs', 'resources'],
  };
}

/** A zone is no process of its own: it is what runs in it now. */
function aboutZone(region: RegionPicture, zone: string): About {
  const inZone = ({ zone: place }: { readonly zone: string }): boolean => place === zone;
  const boxes = [...region.tasks.filter(inZone), ...region.database.instances.filter(inZone)];
  return {
    ...EMPTY,
    id: `zone/${zone}`,
    title: zone,
    kind: 'Availability zone',
    region: region.name,
    condition: boxes.every(({ condition }) => condition === 'lost') && boxes.length > 0 ? 'lost' : 'well',
    because: boxes.map(({ label }) => label).join(', ') || 'nothing runs here now',
    facts: boxes.map(({ label, condition }) => [label, condition] as const),
    questions:
      boxes.length === 0
        ? []
        : faults(zone, [`zone/${zone}`], (action) => [
            `Everything that runs in ${zone} now: ${boxes.map(({ label }) => label).join(', ')}.`,
            ...processSays(action, 'Each of these'),
          ]),
    parts: [],
  };
}

const aboutTask = (region: RegionPicture, task: TaskBox): About => ({
  ...EMPTY,
  ...said(task, `Task ${task.label}`, 'ECS task', region.name),
  facts: [
    ['Zone', task.zone],
    ['Target health', task.health],
  ],
  questions: faults(`task ${task.label}`, [task.id], (action) => processSays(action, `Task ${task.label}`)),
  parts: ['logs', 'metrics', 'resources'],
  resourceTypes: ['AWS::ECS::Service', 'AWS::ECS::TaskDefinition'],
});

function aboutDns({ dns }: Picture): About {
  return {
    ...EMPTY,
    id: 'dns',
    title: 'Route 53',
    kind: 'DNS with failover routing',
    region: null,
    condition: dns.healthChecks.every(({ healthy }) => healthy) ? 'well' : 'ailing',
    because: dns.active ? `names ${dns.active}` : 'names no region',
    questions: globalFaults(),
    parts: ['dns', 'resources'],
    resourceTypes: ['AWS::Route53::HostedZone', 'AWS::Route53::RecordSet', 'AWS::Route53::HealthCheck'],
  };
}

function aboutLink(picture: Picture, id: string): About {
  const [from = '', to = ''] = id.slice('link/'.length).split('..');
  return {
    ...EMPTY,
    id,
    title: `${from} ⇄ ${to}`,
    kind: 'The network between the regions',
    region: null,
    condition: picture.links.some(({ cut }) => cut) ? 'lost' : 'well',
    because: picture.links.some(({ cut }) => cut) ? 'cut' : 'both regions hear each other',
    facts: picture.links.map((link) => [
      `${link.from} → ${link.to}`,
      link.cut ? 'cut' : `${Math.round(link.delayMs)} ms`,
    ]),
    questions: faults(`the link between ${from} and ${to}`, [id], (action) => linkSays(action, from, to)),
  };
}

const globalFaults = () =>
  faults('the data planes of Route 53 and CloudFront', ['global'], (action) => [
    action === 'restore'
      ? 'Name servers and edge locations answer again.'
      : 'The one process that is both: no name is answered and no edge location serves, in either region’s name.',
  ]);

const said = (box: Box, title: string, kind: string, region: string | null) => ({
  id: box.id,
  title,
  kind,
  region,
  condition: box.condition,
  because: box.because,
});

function faults(name: string, targets: readonly string[], says: (action: FaultAction) => readonly string[]) {
  return (['lose', 'freeze', 'restore'] as const).map((action) => ({
    label: { lose: 'Lose…', freeze: 'Freeze…', restore: 'Restore…' }[action],
    question: faultQuestion(action, name, targets, says(action)),
  }));
}
