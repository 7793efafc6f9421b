/**
 * All stacks and their order. Within a region stacks reference each other; between regions there are
 * only names and these dependencies, which is what `cdk deploy --all` follows:
 *
 *   zone → network first → network second   the second certificate is validated by the first one's record
 *   network → data first → data second      a secondary cluster joins a global database that exists
 *   data, both networks → application       the latch check names the other region's alarm
 *   zone → edge
 */
import type { App } from 'aws-cdk-lib';
import type { Config } from '../config.ts';
import { application } from './application.ts';
import { data } from './data.ts';
import { zone } from './dns.ts';
import { edge } from './edge.ts';
import { GLOBAL_REGION } from './names.ts';
import { network } from './network.ts';
import type { Place } from './place.ts';

export interface BuildOptions {
  /** The pair is being deployed for the first time: see `buckets.ts`. */
  readonly firstDeployment?: boolean;
}

export function build(app: App, config: Config, options: BuildOptions = {}): void {
  const dns = config.existingHostedZoneId === undefined ? zone(app, config) : undefined;
  const hostedZoneId = config.existingHostedZoneId ?? dns!.hostedZoneId;
  const places = placesOf(config, !options.firstDeployment);

  const networks = places.map((place) =>
    network(app, place, canUseZone(config, place) ? hostedZoneId : undefined),
  );
  const datas = places.map((place, index) => data(app, place, networks[index]!));
  const applications = places.map((place, index) => application(app, place, networks[index]!, datas[index]!));
  const edgeStack = edge(
    app,
    config,
    hostedZoneId,
    places.map((place) => place.region),
  );

  if (dns !== undefined) {
    for (const stack of [...networks.map((n) => n.stack), ...applications, edgeStack])
      stack.addStackDependency(dns.stack);
  }
  const [firstNetwork, secondNetwork] = networks;
  const [firstData, secondData] = datas;
  if (secondNetwork !== undefined && secondData !== undefined) {
    secondNetwork.stack.addStackDependency(firstNetwork!.stack);
    secondData.stack.addStackDependency(firstData!.stack);
    applications[0]!.addStackDependency(secondNetwork.stack);
  }
}

/** The zone's id is at hand where its stack is, or anywhere if it was given. */
function canUseZone(config: Config, place: Place): boolean {
  return config.existingHostedZoneId !== undefined || place.region === GLOBAL_REGION;
}

function placesOf(config: Config, peerExists: boolean): readonly Place[] {
  const [first, second] = config.regions;
  const place = (of: typeof first, peer: typeof first): Place => ({
    config,
    region: of.name,
    cidr: of.cidr,
    first: of === first,
    peerExists,
    ...(config.profile === 'development' ? {} : { peer: peer.name }),
  });
  return config.profile === 'development'
    ? [place(first, second)]
    : [place(first, second), place(second, first)];
}
