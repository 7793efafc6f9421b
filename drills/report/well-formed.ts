/**
 * Whether text is well-formed XML, for tests: one root, tags closed in order, attributes quoted and named once,
 * no bare `&` or `<`, no character that XML 1.0 forbids. Throws with the place of what is wrong.
 */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** What stands in it and in its children, entities resolved. */
  readonly text: string;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML forbids are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;
const TAG = /^<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*="[^"<]*")*)\s*(\/?)>/;

function resolve(text: string, where: string): string {
  return text.replace(/&(#?\w*)(;?)/g, (all, name: string, end: string) => {
    const known = name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : NAMED[name];
    if (!end || known === undefined) throw new Error(`not an entity: ${all} in ${where}`);
    return known;
  });
}

function attributesOf(text: string, where: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w.:-]+)="([^"]*)"/g)) {
    if (name! in found) throw new Error(`attribute ${name} twice in ${where}`);
    found[name!] = resolve(value!, where);
  }
  return found;
}

export function parseXml(xml: string): Element {
  const forbidden = FORBIDDEN.exec(xml);
  if (forbidden) throw new Error(`forbidden character at ${forbidden.index}`);
  const document: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [document];
  let at = xml.startsWith('<?xml') ? xml.indexOf('?>') + 2 : 0;
  while (at < xml.length) {
    const inside = open.at(-1)!;
    const next = xml.indexOf('<', at);
    const where = `<${inside.name}> at ${at}`;
    inside.text += resolve(xml.slice(at, next < 0 ? xml.length : next), where);
    if (next < 0) break;
    const tag = TAG.exec(xml.slice(next, next + 100_000));
    if (!tag) throw new Error(`not a tag: ${xml.slice(next, next + 80)}`);
    at = next + tag[0].length;
    const [, closing, name, attributes, empty] = tag;
    if (!closing)
      open.push({ name: name!, attributes: attributesOf(attributes!, where), children: [], text: '' });
    else if (inside.name !== name) throw new Error(`</${name}> closes <${inside.name}>`);
    if (closing || empty) {
      const done = open.pop()!;
      open.at(-1)!.children.push(done);
      open.at(-1)!.text += done.text;
    }
  }
  const [root, ...others] = document.children;
  if (open.length > 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  if (!root || others.length) throw new Error(`${document.children.length} roots`);
  return root;
}

/** All elements of a name, at any depth, in order. */
export function all(element: Element, name: string): readonly Element[] {
  return [
    ...(element.name === name ? [element] : []),
    ...element.children.flatMap((child) => all(child, name)),
  ];
}
