/** Target groups: who is checked, how, and how long a leaving target may finish. */
import type {
  CreateTargetGroupCommandInput,
  CreateTargetGroupCommandOutput,
  DeleteTargetGroupCommandInput,
  DescribeTargetGroupAttributesCommandInput,
  DescribeTargetGroupAttributesCommandOutput,
  DescribeTargetGroupsCommandInput,
  DescribeTargetGroupsCommandOutput,
  ModifyTargetGroupAttributesCommandInput,
  ModifyTargetGroupAttributesCommandOutput,
  ModifyTargetGroupCommandInput,
  ModifyTargetGroupCommandOutput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { invalid, mergeTargetGroupAttributes } from './attributes.ts';
import { attributeList, type Running, shortId } from './load-balancers.ts';
import {
  groupUses,
  type HealthCheckSettings,
  type Records,
  TARGET_GROUP_DEFAULTS,
  type TargetGroupRecord,
} from './model.ts';
import { page } from './pagination.ts';

export function targetGroupOperations(
  context: ServiceContext,
  records: Records,
  running: Running,
): Operations {
  const table = records.targetGroups;
  const describe = (record: TargetGroupRecord): TargetGroup => describeTargetGroup(records, record);
  return {
    CreateTargetGroup: (input: CreateTargetGroupCommandInput): Output<CreateTargetGroupCommandOutput> => {
      const made = newTargetGroup(context, input);
      const known = table.get(made.arn);
      if (!known) table.put(made.arn, made);
      else if (known.port !== made.port || known.protocol !== made.protocol || known.vpcId !== made.vpcId)
        throw new AwsError('DuplicateTargetGroupName', `A target group with the name '${made.name}' exists`);
      return { TargetGroups: [describe(known ?? made)] };
    },
    DescribeTargetGroups: (
      input: DescribeTargetGroupsCommandInput,
    ): Output<DescribeTargetGroupsCommandOutput> => {
      const { items, next } = page(selected(records, input), input.Marker, input.PageSize);
      return { TargetGroups: items.map(describe), ...(next && { NextMarker: next }) };
    },
    ModifyTargetGroup: async (
      input: ModifyTargetGroupCommandInput,
    ): Promise<Output<ModifyTargetGroupCommandOutput>> => {
      const record = targetGroup(records, input.TargetGroupArn);
      const changed = { ...record, healthCheck: healthCheckOf(input, record.healthCheck) };
      table.put(record.arn, changed);
      await running.follow();
      return { TargetGroups: [describe(changed)] };
    },
    DescribeTargetGroupAttributes: (
      input: DescribeTargetGroupAttributesCommandInput,
    ): Output<DescribeTargetGroupAttributesCommandOutput> => ({
      Attributes: attributeList(targetGroup(records, input.TargetGroupArn).attributes),
    }),
    ModifyTargetGroupAttributes: async (
      input: ModifyTargetGroupAttributesCommandInput,
    ): Promise<Output<ModifyTargetGroupAttributesCommandOutput>> => {
      const record = targetGroup(records, input.TargetGroupArn);
      const attributes = mergeTargetGroupAttributes(record.attributes, input.Attributes);
      table.put(record.arn, { ...record, attributes });
      await running.follow();
      return { Attributes: attributeList(attributes) };
    },
    DeleteTargetGroup: (input: DeleteTargetGroupCommandInput) => {
      const arn = input.TargetGroupArn ?? '';
      if (groupUses(records).some((use) => use.groupArn === arn))
        throw new AwsError(
          'ResourceInUse',
          `Target group '${arn}' is currently in use by a listener or a rule`,
        );
      context.store.transaction(() => {
        for (const [id, target] of records.targets.entries())
          if (target.groupArn === arn) records.targets.delete(id);
        table.delete(arn);
      });
      return {};
    },
  };
}

export function targetGroup(records: Records, arn: string | undefined): TargetGroupRecord {
  const found = records.targetGroups.get(arn ?? '');
  if (!found) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
  return found;
}

function selected(records: Records, input: DescribeTargetGroupsCommandInput): readonly TargetGroupRecord[] {
  if (input.TargetGroupArns) return input.TargetGroupArns.map((arn) => targetGroup(records, arn));
  if (input.Names)
    return input.Names.map((name) => {
      const found = records.targetGroups.values().find((one) => one.name === name);
      if (!found) throw new AwsError('TargetGroupNotFound', `Target groups '[${name}]' not found`);
      return found;
    });
  const all = records.targetGroups.values();
  if (!input.LoadBalancerArn) return all;
  const uses = groupUses(records).filter((use) => use.loadBalancerArn === input.LoadBalancerArn);
  return all.filter((one) => uses.some((use) => use.groupArn === one.arn));
}

function newTargetGroup(context: ServiceContext, input: CreateTargetGroupCommandInput): TargetGroupRecord {
  const name = input.Name ?? '';
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name))
    throw invalid(`The target group name '${name}' must be 1 to 32 letters, digits and hyphens`);
  if (input.TargetType !== 'ip')
    throw invalid(`Targets of type '${input.TargetType ?? 'instance'}' do not run here; 'ip' does`);
  const { Protocol: protocol, Port: port } = input;
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    throw invalid(`Target group protocol '${protocol}' does not run here; HTTP and HTTPS do`);
  if (input.ProtocolVersion && input.ProtocolVersion !== 'HTTP1')
    throw invalid(`Protocol version '${input.ProtocolVersion}' does not run here; HTTP1 does`);
  if (port === undefined || port < 1 || port > 65_535) throw invalid('A port must be specified');
  const id = shortId(context.account, context.region, 'target-group', name);
  return {
    arn: `arn:aws:elasticloadbalancing:${context.region}:${context.account}:targetgroup/${name}/${id}`,
    name,
    id,
    protocol,
    port,
    vpcId: input.VpcId ?? '',
    healthCheck: healthCheckOf(input, { ...HEALTH_CHECK_DEFAULTS, protocol }),
    attributes: TARGET_GROUP_DEFAULTS,
    tags: input.Tags ?? [],
  };
}

/** Elastic Load Balancing API reference, CreateTargetGroup; the timeout is the guide's. */
const HEALTH_CHECK_DEFAULTS: HealthCheckSettings = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

function healthCheckOf(
  input: CreateTargetGroupCommandInput | ModifyTargetGroupCommandInput,
  present: HealthCheckSettings,
): HealthCheckSettings {
  if (input.HealthCheckEnabled === false)
    throw invalid('Health checks must be enabled for targets of type ip');
  const protocol = input.HealthCheckProtocol ?? present.protocol;
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    throw invalid(`Health check protocol '${protocol}' is not supported; HTTP and HTTPS are`);
  const settings: HealthCheckSettings = {
    protocol,
    port: input.HealthCheckPort ?? present.port,
    path: input.HealthCheckPath ?? present.path,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? present.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? present.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? present.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? present.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? present.matcher,
  };
  between('Health check interval', settings.intervalSeconds, 5, 300);
  between('Health check timeout', settings.timeoutSeconds, 2, 120);
  between('Healthy threshold count', settings.healthyThreshold, 2, 10);
  between('Unhealthy threshold count', settings.unhealthyThreshold, 2, 10);
  if (settings.timeoutSeconds >= settings.intervalSeconds)
    throw invalid('Health check interval must be greater than the timeout');
  if (!/^\/[\x21-\x7e]*$/.test(settings.path))
    throw invalid(`Health check path '${settings.path}' must begin with '/' and be visible ASCII`);
  if (!/^\d{3}(?:-\d{3})?(?:,\d{3}(?:-\d{3})?)*$/.test(settings.matcher))
    throw invalid(`Health check matcher '${settings.matcher}' must be codes such as 200, 200,202 or 200-299`);
  return settings;
}

function between(what: string, value: number, from: number, to: number): void {
  if (!(value >= from && value <= to))
    throw invalid(
      `${what} must be greater than or equal to ${from} and less than or equal to ${to}, found ${value}`,
    );
}

function describeTargetGroup(records: Records, record: TargetGroupRecord): TargetGroup {
  const { healthCheck } = record;
  return {
    TargetGroupArn: record.arn,
    TargetGroupName: record.name,
    Protocol: record.protocol,
    ProtocolVersion: 'HTTP1',
    Port: record.port,
    VpcId: record.vpcId,
    TargetType: 'ip',
    IpAddressType: 'ipv4',
    HealthCheckEnabled: true,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckPath: healthCheck.path,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: groupUses(records)
      .filter((use) => use.groupArn === record.arn)
      .map((use) => use.loadBalancerArn),
  };
}
