// Text from elsewhere made harmless where it is printed. Control characters, which a terminal obeys and XML 1.0
// forbids (https://www.w3.org/TR/xml/#charsets), and those that turn the reading direction around are replaced.

/** C0 and C1 controls, line separators, bidirectional marks, overrides and isolates, halves of pairs, non-characters. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Cs}\ufffe\uffff]/gu;
const CONTROL_PICTURES = 0x2400;

/** For one line of a terminal. */
export const plain = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(CONTROL_PICTURES + code) : '\ufffd';
  });

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes of HTML and SVG alike. */
export const markup = (text: string): string =>
  plain(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
