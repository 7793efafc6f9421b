/**
 * The answer to a question: zones, published names and health in, a DNS message's sections out (RFC 1034
 * §4.3.2, wildcards by RFC 4592, negative answers by RFC 2308). Pure.
 */
import { addressesOf, resolveGroup, type World } from './alias.ts';
import type { NameDocument } from './model.ts';
import { isWithin, parentOf } from './names.ts';
import { isRecordType, type Rdata, type RecordType } from './rdata.ts';
import type { Group, Zone } from './zone-data.ts';

export interface Question {
  /** Lower case, no final dot. */
  readonly name: string;
  /** A mnemonic: `A`, `TXT`, `ANY`. */
  readonly type: string;
}

export type AnswerRecord = Rdata & { readonly name: string; readonly ttlSeconds: number };

export interface Answer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly authoritative: boolean;
  readonly answers: readonly AnswerRecord[];
  readonly authority: readonly AnswerRecord[];
  readonly additional: readonly AnswerRecord[];
  /** True where chance had a say, so that the answer must not be kept for the next query. */
  readonly drawn: boolean;
}

/** Names under these belong to AWS's own zones: not published means that it does not exist. */
const AWS_ZONES = ['elb.amazonaws.com', 'rds.amazonaws.com', 'cloudfront.net'];
const MAX_CNAMES = 8;
const REFUSED: Answer = {
  rcode: 'REFUSED',
  authoritative: false,
  answers: [],
  authority: [],
  additional: [],
  drawn: false,
};

export function answer(
  world: World,
  zoneOf: (name: string) => Zone | undefined,
  question: Question,
  random: () => number,
): Answer {
  const published = world.published(question.name);
  if (published) return publishedAnswer(question, published);
  const zone = zoneOf(question.name);
  if (zone) return new Lookup(world, zone, random).answer(question);
  const owner = AWS_ZONES.find((name) => isWithin(question.name, name));
  if (!owner) return REFUSED;
  const rcode = question.name === owner ? 'NOERROR' : 'NXDOMAIN';
  return { ...REFUSED, rcode, authoritative: true, authority: [awsSoa(owner)] };
}

function publishedAnswer({ name, type }: Question, document: NameDocument): Answer {
  const addresses = type === 'A' || type === 'ANY' ? addressesOf(document) : [];
  return {
    ...REFUSED,
    rcode: 'NOERROR',
    authoritative: true,
    answers: addresses.map((data) => ({ name, type: 'A', data, ttlSeconds: document.ttlSeconds })),
    authority: addresses.length > 0 ? [] : [awsSoa(parentOf(name))],
  };
}

function awsSoa(name: string): AnswerRecord {
  const data = {
    mname: 'ns-1.awsdns-01.com',
    rname: 'awsdns-hostmaster.amazon.com',
    serial: 1,
    refresh: 7200,
    retry: 900,
    expire: 1_209_600,
    minimum: 60,
  };
  return { name, type: 'SOA', ttlSeconds: 60, data };
}

/** One question in one zone; collects what the sections will hold. */
class Lookup {
  readonly #world: World;
  readonly #zone: Zone;
  readonly #random: () => number;
  readonly #answers: AnswerRecord[] = [];
  #drawn = false;

  constructor(world: World, zone: Zone, random: () => number) {
    this.#world = world;
    this.#zone = zone;
    this.#random = random;
  }

  answer(question: Question): Answer {
    let { name } = question;
    for (let hops = 0; hops <= MAX_CNAMES; hops++) {
      const delegation = this.#delegation(name);
      if (delegation) return this.#referral(delegation);
      const node = this.#node(name);
      if (!node) return this.#negative(this.#zone.emptyNames.has(name) ? 'NOERROR' : 'NXDOMAIN');
      const cname = question.type === 'CNAME' ? undefined : node.get('CNAME');
      if (!cname) {
        const found = groupsFor(node, question.type);
        for (const group of found) this.#add(name, group);
        return this.#answers.length > 0 ? this.#positive() : this.#negative('NOERROR');
      }
      this.#add(name, cname);
      const target = this.#answers[this.#answers.length - 1];
      if (target?.type !== 'CNAME') return this.#positive();
      name = target.data;
      // The rest of the chain is another server's to answer.
      if (!isWithin(name, this.#zone.name)) return this.#positive();
    }
    return this.#positive();
  }

  /** The name's own records, or those of the wildcard at its closest encloser. */
  #node(name: string): ReadonlyMap<RecordType, Group> | undefined {
    const own = this.#zone.nodes.get(name);
    if (own || this.#zone.emptyNames.has(name)) return own;
    for (let above = parentOf(name); isWithin(above, this.#zone.name); above = parentOf(above)) {
      const wildcard = this.#zone.nodes.get(`*.${above}`);
      if (wildcard) return wildcard;
      if (this.#zone.nodes.has(above) || this.#zone.emptyNames.has(above)) return undefined;
    }
    return undefined;
  }

  /** The NS records of a subdomain that is delegated elsewhere. */
  #delegation(name: string): Group | undefined {
    for (let at = name; at.length > this.#zone.name.length; at = parentOf(at)) {
      const group = this.#zone.nodes.get(at)?.get('NS');
      if (group) return group;
    }
    return undefined;
  }

  #add(name: string, group: Group): void {
    for (const one of resolveGroup(this.#world, this.#zone, group, this.#random).resolved) {
      this.#drawn ||= one.drawn;
      for (const value of one.values) this.#answers.push({ ...value, name, ttlSeconds: one.ttlSeconds });
    }
  }

  #positive(): Answer {
    return {
      ...REFUSED,
      rcode: 'NOERROR',
      authoritative: true,
      answers: this.#answers,
      drawn: this.#drawn,
    };
  }

  /** With the SOA, whose smaller number says how long “no” holds (RFC 2308 §5). */
  #negative(rcode: 'NOERROR' | 'NXDOMAIN'): Answer {
    const soa = this.#zone.nodes.get(this.#zone.name)?.get('SOA')?.members[0];
    const value = soa?.values[0];
    const authority: AnswerRecord[] = [];
    if (soa && value?.type === 'SOA') {
      const ttlSeconds = Math.min(soa.ttlSeconds, value.data.minimum ?? soa.ttlSeconds);
      authority.push({ ...value, name: this.#zone.name, ttlSeconds });
    }
    return { ...this.#positive(), rcode, authority };
  }

  #referral(group: Group): Answer {
    const member = group.members[0];
    const authority = (member?.values ?? []).map((value) => ({
      ...value,
      name: group.name,
      ttlSeconds: member?.ttlSeconds ?? 0,
    }));
    const additional = authority.flatMap((server): AnswerRecord[] => {
      const glue = server.type === 'NS' ? this.#zone.nodes.get(server.data)?.get('A')?.members[0] : undefined;
      return (glue?.values ?? []).map((value) => ({
        ...value,
        name: server.type === 'NS' ? server.data : group.name,
        ttlSeconds: glue?.ttlSeconds ?? 0,
      }));
    });
    return { ...this.#positive(), authoritative: this.#answers.length > 0, authority, additional };
  }
}

function groupsFor(node: ReadonlyMap<RecordType, Group>, type: string): readonly Group[] {
  if (type === 'ANY') return [...node.values()];
  const group = isRecordType(type) ? node.get(type) : undefined;
  return group ? [group] : [];
}
