/** Listeners and their certificates: a port of every node, and what happens to requests that no rule takes. */
import type {
  AddListenerCertificatesCommandInput,
  AddListenerCertificatesCommandOutput,
  Certificate,
  CreateListenerCommandInput,
  CreateListenerCommandOutput,
  DeleteListenerCommandInput,
  DescribeListenerCertificatesCommandInput,
  DescribeListenerCertificatesCommandOutput,
  DescribeListenersCommandInput,
  DescribeListenersCommandOutput,
  Listener,
  ModifyListenerCommandInput,
  ModifyListenerCommandOutput,
  RemoveListenerCertificatesCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Operations, type Output } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import { checkedActions } from './actions.ts';
import { invalid } from './attributes.ts';
import { loadBalancer, type Running, shortId } from './load-balancers.ts';
import type { ListenerRecord, Records } from './model.ts';
import { page } from './pagination.ts';

const DEFAULT_POLICY = 'ELBSecurityPolicy-2016-08';

export function listenerOperations(context: ServiceContext, records: Records, running: Running): Operations {
  const table = records.listeners;
  return {
    CreateListener: async (
      input: CreateListenerCommandInput,
    ): Promise<Output<CreateListenerCommandOutput>> => {
      const made = newListener(records, input);
      const known = table.get(made.arn);
      if (known && JSON.stringify(known) !== JSON.stringify(made))
        throw new AwsError(
          'DuplicateListener',
          `A listener already exists on port ${made.port} of this load balancer`,
        );
      table.put(made.arn, made);
      await running.follow();
      return { Listeners: [describeListener(made)] };
    },
    DescribeListeners: (input: DescribeListenersCommandInput): Output<DescribeListenersCommandOutput> => {
      const all = input.ListenerArns
        ? input.ListenerArns.map((arn) => listener(records, arn))
        : table
            .values()
            .filter((one) => one.loadBalancerArn === loadBalancer(records, input.LoadBalancerArn).arn);
      const { items, next } = page(all, input.Marker, input.PageSize);
      return { Listeners: items.map(describeListener), ...(next && { NextMarker: next }) };
    },
    ModifyListener: async (
      input: ModifyListenerCommandInput,
    ): Promise<Output<ModifyListenerCommandOutput>> => {
      const record = listener(records, input.ListenerArn);
      if (input.Port !== undefined && input.Port !== record.port) {
        const taken = table
          .values()
          .some((one) => one.loadBalancerArn === record.loadBalancerArn && one.port === input.Port);
        if (taken)
          throw new AwsError(
            'DuplicateListener',
            `A listener already exists on port ${input.Port} of this load balancer`,
          );
      }
      const protocol = checkedProtocol(input.Protocol ?? record.protocol);
      const certificateArns = input.Certificates
        ? [...arnsOf(input.Certificates), ...record.certificateArns.slice(1)]
        : record.certificateArns;
      const changed: ListenerRecord = {
        ...record,
        port: checkedPort(input.Port ?? record.port),
        protocol,
        certificateArns: protocol === 'HTTPS' ? certificateArns : [],
        sslPolicy: protocol === 'HTTPS' ? (input.SslPolicy ?? record.sslPolicy ?? DEFAULT_POLICY) : undefined,
        defaultActions: input.DefaultActions
          ? checkedActions(records, protocol, input.DefaultActions)
          : record.defaultActions,
      };
      checkCertificates(changed);
      table.put(record.arn, changed);
      await running.follow();
      return { Listeners: [describeListener(changed)] };
    },
    DeleteListener: async (input: DeleteListenerCommandInput) => {
      const record = listener(records, input.ListenerArn);
      context.store.transaction(() => {
        for (const rule of records.rules.values().filter((one) => one.listenerArn === record.arn))
          records.rules.delete(rule.arn);
        table.delete(record.arn);
      });
      await running.follow();
      return {};
    },
    AddListenerCertificates: async (
      input: AddListenerCertificatesCommandInput,
    ): Promise<Output<AddListenerCertificatesCommandOutput>> => {
      const record = listener(records, input.ListenerArn);
      const added = arnsOf(input.Certificates);
      table.put(record.arn, {
        ...record,
        certificateArns: [...new Set([...record.certificateArns, ...added])],
      });
      await running.follow();
      return { Certificates: added.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
    },
    RemoveListenerCertificates: async (input: RemoveListenerCertificatesCommandInput) => {
      const record = listener(records, input.ListenerArn);
      const removed = new Set(arnsOf(input.Certificates));
      if (removed.has(record.certificateArns[0] ?? ''))
        throw new AwsError(
          'OperationNotPermitted',
          'The default certificate of a listener cannot be removed',
        );
      const certificateArns = record.certificateArns.filter((arn) => !removed.has(arn));
      table.put(record.arn, { ...record, certificateArns });
      await running.follow();
      return {};
    },
    DescribeListenerCertificates: (
      input: DescribeListenerCertificatesCommandInput,
    ): Output<DescribeListenerCertificatesCommandOutput> => ({
      Certificates: listener(records, input.ListenerArn).certificateArns.map((CertificateArn, index) => ({
        CertificateArn,
        IsDefault: index === 0,
      })),
    }),
  };
}

export function listener(records: Records, arn: string | undefined): ListenerRecord {
  const found = records.listeners.get(arn ?? '');
  if (!found) throw new AwsError('ListenerNotFound', `Listener '${arn}' not found`);
  return found;
}

function newListener(records: Records, input: CreateListenerCommandInput): ListenerRecord {
  const balancer = loadBalancer(records, input.LoadBalancerArn);
  const protocol = checkedProtocol(input.Protocol);
  const port = checkedPort(input.Port);
  if (input.MutualAuthentication?.Mode && input.MutualAuthentication.Mode !== 'off')
    throw invalid(
      `Mutual authentication mode '${input.MutualAuthentication.Mode}' does not run here; 'off' does`,
    );
  const made: ListenerRecord = {
    arn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${shortId(balancer.arn, String(port))}`,
    loadBalancerArn: balancer.arn,
    port,
    protocol,
    certificateArns: arnsOf(input.Certificates),
    sslPolicy: protocol === 'HTTPS' ? (input.SslPolicy ?? DEFAULT_POLICY) : undefined,
    defaultActions: checkedActions(records, protocol, input.DefaultActions),
    tags: input.Tags ?? [],
  };
  checkCertificates(made);
  return made;
}

function checkCertificates(record: ListenerRecord): void {
  if (record.protocol === 'HTTPS' && record.certificateArns.length === 0)
    throw new AwsError('CertificateNotFound', 'A certificate must be specified for HTTPS listeners');
  if (record.protocol === 'HTTP' && record.certificateArns.length > 0)
    throw invalid('Certificates cannot be specified for HTTP listeners');
}

function checkedProtocol(protocol: string | undefined): 'HTTP' | 'HTTPS' {
  if (protocol === 'HTTP' || protocol === 'HTTPS') return protocol;
  throw new AwsError('UnsupportedProtocol', `Listener protocol '${protocol}' must be one of 'HTTP, HTTPS'`);
}

function checkedPort(port: number | undefined): number {
  if (port !== undefined && port >= 1 && port <= 65_535) return port;
  throw invalid(`A listener port must be between 1 and 65535, found ${port}`);
}

function arnsOf(certificates: readonly Certificate[] | undefined): string[] {
  return (certificates ?? []).map((certificate) => certificate.CertificateArn ?? '');
}

function describeListener(record: ListenerRecord): Listener {
  const first = record.certificateArns[0];
  return {
    ListenerArn: record.arn,
    LoadBalancerArn: record.loadBalancerArn,
    Port: record.port,
    Protocol: record.protocol,
    ...(first !== undefined && { Certificates: [{ CertificateArn: first }] }),
    ...(record.sslPolicy !== undefined && { SslPolicy: record.sslPolicy }),
    DefaultActions: [...record.defaultActions],
  };
}
