/**
 * Text from elsewhere (names, reasons, keys) made harmless where it is printed. Control characters, which a
 * terminal obeys and XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets), are shown as pictures (U+2400...);
 * characters that turn the reading direction around are shown by their number.
 */
const CONTROL_PICTURES = 0x2400;
const DELETE_PICTURE = '\u2421';
const REPLACEMENT = '\ufffd';

function visible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(CONTROL_PICTURES + code);
  if (code === 0x7f) return DELETE_PICTURE;
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
    return `<U+${code.toString(16).toUpperCase()}>`;
  return REPLACEMENT;
}

/** C0 and C1 controls, bidirectional overrides and isolates, line separators, halves of pairs, non-characters. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Cs}\ufffe\uffff]/gu;

/** For one line of a terminal. */
export function plain(text: string): string {
  return text.replace(UNPRINTABLE, visible);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes of HTML, SVG and XML alike. */
export function markup(text: string): string {
  return plain(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** The part of an ARN that says which one; anything else as it is. */
export function shortSubject(subject: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(subject)?.[1] ?? subject;
}

/** At most this long, with a sign that something is missing. */
export function cut(text: string, length: number): string {
  const chars = [...text];
  return chars.length <= length ? text : `${chars.slice(0, length - 1).join('')}…`;
}
