/** A health check's configuration as AWS's API takes it: defaults filled in, mistakes named. Pure. */
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';

const ENDPOINT_TYPES = ['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP'];
const INSUFFICIENT = ['Healthy', 'Unhealthy', 'LastKnownStatus'];
const MAX_CHILDREN = 255;
const MIN_REGIONS = 3;

export function withDefaults(config: HealthCheckConfig): HealthCheckConfig {
  const type = config.Type;
  const always = { Inverted: false, Disabled: false };
  if (!ENDPOINT_TYPES.includes(type ?? '')) return { ...always, ...config };
  const secure = type?.startsWith('HTTPS') ?? false;
  return {
    ...always,
    RequestInterval: 30,
    FailureThreshold: 3,
    MeasureLatency: false,
    ...(type !== 'TCP' && { Port: secure ? 443 : 80 }),
    ...(secure && { EnableSNI: true }),
    ...config,
  };
}

/** Why the configuration is wrong, or undefined. */
export function configProblem(config: HealthCheckConfig): string | undefined {
  switch (config.Type) {
    case 'HTTP':
    case 'HTTPS':
    case 'HTTP_STR_MATCH':
    case 'HTTPS_STR_MATCH':
    case 'TCP':
      return endpointProblem(config);
    case 'CALCULATED':
      if ((config.ChildHealthChecks?.length ?? 0) > MAX_CHILDREN)
        return `ChildHealthChecks may name ${MAX_CHILDREN} at most`;
      if (config.HealthThreshold === undefined) return 'HealthThreshold is required for CALCULATED';
      return range('HealthThreshold', config.HealthThreshold, 0, 256);
    case 'CLOUDWATCH_METRIC':
      if (!config.AlarmIdentifier?.Name || !config.AlarmIdentifier.Region)
        return 'AlarmIdentifier with Name and Region is required for CLOUDWATCH_METRIC';
      if (config.InsufficientDataHealthStatus && !INSUFFICIENT.includes(config.InsufficientDataHealthStatus))
        return `InsufficientDataHealthStatus must be ${INSUFFICIENT.join(', ')}`;
      return undefined;
    default:
      return `Type must be ${[...ENDPOINT_TYPES, 'CALCULATED', 'CLOUDWATCH_METRIC'].join(', ')}; found ${config.Type}`;
  }
}

function endpointProblem(config: HealthCheckConfig): string | undefined {
  if (!config.IPAddress && !config.FullyQualifiedDomainName)
    return 'either IPAddress or FullyQualifiedDomainName is required';
  if (config.Type === 'TCP' && config.Port === undefined) return 'Port is required for TCP';
  if (config.RequestInterval !== 10 && config.RequestInterval !== 30)
    return `RequestInterval must be 10 or 30, found ${config.RequestInterval}`;
  if (config.Type?.endsWith('_STR_MATCH') && !config.SearchString)
    return `SearchString is required for ${config.Type}`;
  if (config.SearchString && Buffer.byteLength(config.SearchString) > 255)
    return 'SearchString has 255 characters at most';
  if (config.ResourcePath && !/^\/?[^\s]*$/.test(config.ResourcePath))
    return 'ResourcePath must not contain white space';
  if (config.Regions && config.Regions.length > 0 && config.Regions.length < MIN_REGIONS)
    return `Regions must name ${MIN_REGIONS} at least`;
  return (
    range('FailureThreshold', config.FailureThreshold ?? 3, 1, 10) ??
    range('Port', config.Port ?? 80, 1, 65_535)
  );
}

function range(name: string, value: number, from: number, to: number): string | undefined {
  return value >= from && value <= to ? undefined : `${name} must be ${from} to ${to}, found ${value}`;
}
