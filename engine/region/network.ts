/** A region's network as its services see it: addresses, ports, the links to other regions, the resolver. */
import { type AddressBook, addressBook, portMap } from '../network/addresses.ts';
import { issueCertificate } from '../network/certificates.ts';
import { createLinks, type Links } from '../network/links.ts';
import type { Network } from '../services/contract.ts';
import type { Clock } from '../time/clock.ts';
import { API_PORT } from './endpoint.ts';
import type { RegionSetting } from './messages.ts';

/** Where the global process takes what regions publish; see region/global-main.ts. */
export const GLOBAL_PORT = 4580;
/** DNS on its own port where the user may bind it. */
const DNS_PORT = 53;

export interface RegionNetwork {
  readonly book: AddressBook;
  readonly links: Links;
  readonly network: Network;
  readonly nameServer: { readonly host: string; readonly port: number };
  readonly globalBase: string;
}

export function createRegionNetwork(setting: RegionSetting, clock: Clock): RegionNetwork {
  const { region } = setting;
  const book = addressBook(setting.block, setting.regions);
  const port = portMap(setting.mayBindLow);
  const links = createLinks({ region, book, clock, states: setting.links });
  const endpointAt = (host: string): string => `http://${host}:${API_PORT}`;
  const network: Network = {
    address: (vpcAddress) => book.inRegion(region, vpcAddress),
    port,
    endpoint: endpointAt(book.endpointOf(region)),
    endpointOf: async (other) =>
      endpointAt((await links.door(other, { host: 'endpoint', port: API_PORT })).host),
    door: (other, place) => links.door(other, place),
    regionOf: book.regionOf,
    resolver: { host: book.resolverOf(region), port: port(DNS_PORT) },
    trustFile: setting.trustFile,
    issueCertificate: (dnsNames) => issueCertificate(setting.authority, dnsNames),
  };
  return {
    book,
    links,
    network,
    nameServer: { host: book.global('name-server', 0), port: port(DNS_PORT) },
    globalBase: `http://${book.global('control', 1)}:${GLOBAL_PORT}`,
  };
}
