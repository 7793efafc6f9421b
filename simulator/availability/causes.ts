// The causes, each with its rate, its duration and where the figures come from. AWS publishes promises and the stories of
// its largest events, not failure rates: a rate here is a count of published events over the years they cover, or it is
// judgement, and says which.

import type { Cause, CauseName } from './failure-rates.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

export const DEFAULT_CAUSES: Readonly<Record<CauseName, Cause>> = {
  'task-crash': {
    meaning: 'a task ends by itself: a defect, out of memory',
    unit: 'task',
    eventsPerYear: 6,
    medianSeconds: 60,
    sigma: 0.4,
    source:
      'Rate: judgement; replace it by what your own service shows. Duration: ECS starts another task, which passes two ' +
      'checks 10 s apart; start of 30 to 60 s is judgement.',
  },
  'task-host-failure': {
    meaning: 'the machine under a task dies',
    unit: 'task',
    eventsPerYear: 0.08,
    medianSeconds: 90,
    sigma: 0.4,
    source:
      'Rate: Vishwanath and Nagappan, “Characterizing Cloud Computing Hardware Reliability”, ACM SoCC 2010: about 8 % of ' +
      'servers need a hardware repair in a year (another provider; Fargate publishes none). Planned task retirement is ' +
      'not counted: ECS starts the replacement first (ECS Developer Guide, “Task retirement and maintenance”). ' +
      'Duration: judgement.',
  },
  'writer-failure': {
    meaning: 'the database’s writer instance fails: its host or its engine',
    unit: 'writer',
    eventsPerYear: 0.5,
    medianSeconds: 5 * MINUTE,
    sigma: 0.4,
    source:
      'Rate: judgement (0.08 for the host as above, the rest for the engine). Duration without a reader to promote: ' +
      'Aurora User Guide, “High availability for Amazon Aurora”: recreated, typically in less than 10 minutes.',
  },
  'database-maintenance': {
    meaning: 'an engine or system update restarts every instance of the cluster, in its window',
    unit: 'writer',
    eventsPerYear: 2,
    medianSeconds: 25,
    sigma: 0.3,
    source:
      'Duration: Aurora User Guide, “Amazon Aurora updates”: 20 to 30 seconds of downtime; “Using zero-downtime patching” ' +
      'excepts global databases. Rate: judgement.',
  },
  'zone-event': {
    meaning: 'power, cooling or network of one Availability Zone',
    unit: 'zone',
    eventsPerYear: 0.06,
    medianSeconds: 2.5 * HOUR,
    sigma: 0.8,
    source:
      'Counted: us-east-1 has six zones and lost a large part of one on 22 December 2021 (theregister.com/2021/12/22/' +
      'aws_outage: power for an hour, most instances back after ten) and again on 7 May 2026 (cooling): two in some 32 ' +
      'zone-years. us-east-2, 28 July 2022: power for 20 minutes, services for up to three hours (thousandeyes.com, “AWS ' +
      'outage analysis”). That the whole zone is lost for this application: judgement, on the cautious side.',
  },
  'region-service-event': {
    meaning: 'a service that the application needs fails in the whole region',
    unit: 'region',
    eventsPerYear: 0.3,
    medianSeconds: 3 * HOUR,
    sigma: 0.8,
    source:
      'Counted: AWS Post-Event Summaries (aws.amazon.com/premiumsupport/technology/pes) and press name five for us-east-1 ' +
      'in ten years: February 2017 (S3, 4 h), November 2020 (Kinesis), December 2021 (network, 7 h), June 2023 (Lambda), ' +
      'October 2025 (DynamoDB’s DNS, 15 h until all was well). That three of the five would have stopped a load balancer, ' +
      'its tasks or its database: judgement. Other regions show fewer; both regions have this rate here.',
  },
  'control-plane-event': {
    meaning: 'a region’s APIs fail while what runs goes on running',
    unit: 'region',
    eventsPerYear: 0.5,
    medianSeconds: 2 * HOUR,
    sigma: 0.8,
    source:
      'Judgement: control planes are more complex and fail more often than data planes (AWS whitepaper “AWS Fault ' +
      'Isolation Boundaries”, static stability). Viewers see nothing of it by itself; nothing lost is replaced ' +
      'meanwhile, and a failover into that region has to wait.',
  },
  'bad-deployment': {
    meaning: 'a release that passed its checks and fails its viewers, in every region that runs it',
    unit: 'application',
    eventsPerYear: 1,
    medianSeconds: 20 * MINUTE,
    sigma: 0.8,
    source:
      'Rate: judgement: a hundred releases a year of which 5 % fail (DORA, State of DevOps: elite teams), one in five of ' +
      'these past the deployment circuit breaker. Duration: DORA: restored in less than an hour. Google, “Site ' +
      'Reliability Engineering”, introduction: roughly 70 % of outages are due to changes in a live system.',
  },
  'operator-mistake': {
    meaning:
      'an expired certificate, a lost secret, a wrong migration: replicated faithfully to both regions',
    unit: 'application',
    eventsPerYear: 0.1,
    medianSeconds: HOUR,
    sigma: 0.9,
    source: 'Judgement.',
  },
  overload: {
    meaning: 'demand beyond what scaling reaches in time',
    unit: 'application',
    eventsPerYear: 0.3,
    medianSeconds: 10 * MINUTE,
    sigma: 0.6,
    source:
      'Judgement. Google, “The Site Reliability Workbook”, appendix C: 9 % of outages are triggered by a change of user ' +
      'behaviour, 5 % by capacity.',
  },
  'dns-event': {
    meaning: 'Route 53 does not answer for the zone, or the registration lapses',
    unit: 'world',
    eventsPerYear: 0.05,
    medianSeconds: HOUR,
    sigma: 0.8,
    source:
      'Judgement; one partial event of some hours in the press since 2019 (October 2019). The SLA is 100 %.',
  },
  'cloudfront-event': {
    meaning: 'CloudFront fails for most viewers',
    unit: 'world',
    eventsPerYear: 0.18,
    medianSeconds: 75 * MINUTE,
    sigma: 0.4,
    source:
      'Counted: two in some eleven years: 26 November 2014, about 90 minutes (turbobytes.com, “Global outage of AWS ' +
      'CloudFront CDN”), and 10 February 2026, about an hour, CloudFront’s own DNS both times. The SLA (99.9 %) would ' +
      'allow 526 minutes every year.',
  },
  'inter-region-partition': {
    meaning: 'the regions cannot reach each other; viewers reach both',
    unit: 'region-pair',
    eventsPerYear: 0.5,
    medianSeconds: 15 * MINUTE,
    sigma: 0.7,
    source:
      'Judgement. Viewers see nothing of it by itself; the standby falls behind and is not promoted meanwhile.',
  },
  'unneeded-failover': {
    meaning: 'the system moves, by mistake or for a fault that would have passed: what a second region costs',
    unit: 'region-pair',
    eventsPerYear: 0.05,
    medianSeconds: 90,
    sigma: 0.6,
    source:
      'Judgement; two witnesses must agree before a move. Writes are held while the standby is promoted.',
  },
};
