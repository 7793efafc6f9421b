/**
 * A place is one region's share of the configuration: what its stacks are told about themselves and,
 * by name alone, about the other region. `RegionalStack` is a stack in a place.
 */
import { type App, Stack, Tags } from 'aws-cdk-lib';
import type { Config } from '../config.ts';
import { acknowledge } from './acknowledge.ts';
import { APP } from './names.ts';

export interface Place {
  readonly config: Config;
  readonly region: string;
  readonly cidr: string;
  /** The other region; absent where the profile has one region alone. */
  readonly peer?: string;
  /** True for the region that is deployed first: the one where the database is created. */
  readonly first: boolean;
  /** False only while the pair is deployed for the first time: see `assets.ts`. */
  readonly peerExists: boolean;
}

/**
 * Zones are named, not looked up: a lookup would need credentials at synth and write a context file.
 * Regions whose first three zones are not a, b and c are not supported.
 */
export class RegionalStack extends Stack {
  constructor(app: App, name: string, place: Pick<Place, 'config' | 'region'>, description: string) {
    const { account, protect } = place.config;
    super(app, name, {
      description,
      env: { region: place.region, ...(account === undefined ? {} : { account }) },
      terminationProtection: protect,
    });
    Tags.of(this).add('application', APP);
    Tags.of(this).add('region', place.region);
    acknowledge(
      this,
      'CloudFormation-Validate::W3010',
      'The region is fixed, and so are its zones: see above.',
    );
  }

  override get availabilityZones(): string[] {
    return ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`);
  }
}
