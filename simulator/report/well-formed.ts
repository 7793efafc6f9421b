// Whether a page is well-formed XML, for tests: tags closed in order, attributes quoted and named once, no bare `&`
// or `<`, no character that XML 1.0 forbids. Throws with the place of what is wrong; gives back what was opened.

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The text in it and in its children. */
  text: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML forbids are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;
const TAG = /^<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>/;
const BARE = /&(?!(?:amp|lt|gt|quot|#\d+);)/;

function attributesOf(text: string, where: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`attribute ${name} twice ${where}`);
    found[name] = value;
  }
  return found;
}

/** All elements in the order in which they were opened. */
export function elementsOf(page: string): readonly Element[] {
  const xml = page.replace(/^<!doctype html>\n/, '').trimEnd();
  const wrong = FORBIDDEN.exec(xml) ?? BARE.exec(xml);
  if (wrong) throw new Error(`not allowed: ${JSON.stringify(xml.slice(wrong.index, wrong.index + 40))}`);
  const found: Element[] = [];
  const open: Element[] = [];
  let at = 0;
  while (at < xml.length) {
    const next = xml.indexOf('<', at);
    if (next > at) for (const element of open) element.text += xml.slice(at, next);
    const where = `at ${next}: ${xml.slice(next, next + 60)}`;
    const tag = TAG.exec(xml.slice(next, next + 20_000));
    if (next < 0 || !tag) throw new Error(`not a tag ${where}`);
    if (open.length === 0 && found.length > 0) throw new Error(`a second root ${where}`);
    const [all, closing, name = '', attributes = '', empty] = tag;
    at = next + all.length;
    if (closing) {
      const inside = open.pop();
      if (inside?.name !== name) throw new Error(`</${name}> closes <${inside?.name}> ${where}`);
      continue;
    }
    const element = { name, attributes: attributesOf(attributes, where), text: '' };
    found.push(element);
    if (!empty) open.push(element);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return found;
}
