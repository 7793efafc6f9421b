/** What a task or a function is told about the world it runs in; engine/guest/preload.ts acts on it. */
import { delimiter, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asJavaScript } from '../guest/javascript.ts';
import type { Credentials, Network } from '../services/contract.ts';
import type { ClockSetting } from '../time/clock.ts';

const PRELOAD = fileURLToPath(new URL('../guest/preload.ts', import.meta.url));

export function guestEnvironment(options: {
  readonly region: string;
  readonly network: Network;
  readonly clock: ClockSetting;
  /** A folder of the region's, where the preload lies as JavaScript. */
  readonly directory: string;
  readonly credentials?: Credentials;
}): Readonly<Record<string, string>> {
  const { region, network, clock, credentials } = options;
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: network.endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: network.trustFile,
    SSL_CERT_FILE: network.trustFile,
    AWS_CA_BUNDLE: network.trustFile,
    NODE_OPTIONS: `--import=${preloadIn(options.directory)}`,
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    UNDERSTUDY_CLOCK: JSON.stringify(clock),
    UNDERSTUDY_RESOLVER: `${network.resolver.host}:${network.resolver.port}`,
    UNDERSTUDY_PORT_SHIFT: String(network.port(443) - 443),
    ...(credentials && {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    }),
  };
}

const preloads = new Map<string, string>();

/** Written once a process. */
function preloadIn(directory: string): string {
  let url = preloads.get(directory);
  if (url === undefined) {
    url = pathToFileURL(asJavaScript(PRELOAD, directory)).href;
    preloads.set(directory, url);
  }
  return url;
}
