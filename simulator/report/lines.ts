// Lines for a terminal that never grow wider than it: made of words with a tone, cut or wrapped as plain text, and
// coloured last. Without colour they are the same lines, to the byte.

import { plain } from './escape.ts';

export interface Look {
  readonly color: boolean;
  /** Width of the terminal. */
  readonly columns: number;
}

export type Tone =
  | 'plain'
  | 'bold'
  | 'dim'
  | 'good'
  | 'bad'
  | 'warning'
  | 'place'
  | 'good-badge'
  | 'bad-badge';

export interface Words {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Words[];

const CODES: Readonly<Record<Exclude<Tone, 'plain'>, string>> = {
  bold: '1',
  dim: '2',
  good: '32',
  bad: '31',
  warning: '33',
  place: '36',
  'good-badge': '1;37;42',
  'bad-badge': '1;37;41',
};

export const words = (text: string, tone: Tone = 'plain'): Words => ({ text: plain(text), tone });

/** Characters that take two columns: East Asian scripts and emoji. */
const WIDE =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

export const widthOf = (text: string): number =>
  [...text].reduce((width, char) => width + (WIDE.test(char) ? 2 : 1), 0);

/** As much as fits. */
function head(text: string, columns: number): string {
  let kept = '';
  let width = 0;
  for (const char of text) {
    width += WIDE.test(char) ? 2 : 1;
    if (width > columns) break;
    kept += char;
  }
  return kept;
}

/** As much as fits, with a sign that something is missing. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 0) return '';
  return columns === 1 ? '…' : `${head(text, columns - 1)}…`;
}

export const padded = (text: string, columns: number): string =>
  cut(text, columns) + ' '.repeat(Math.max(0, columns - widthOf(text)));

export const padLeft = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - widthOf(text))) + cut(text, columns);

/** A space, but not between a figure and its unit. */
const BREAK = / (?!(?:s|ms|%|‰)(?:[\s,;:)]|$))/;

/** Breaks at spaces; a word longer than a line is broken anywhere. */
export function wrapped(text: string, columns: number): readonly string[] {
  const wide = Math.max(2, columns);
  const lines: string[] = [];
  let line = '';
  for (let word of plain(text).split(BREAK)) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= wide) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (widthOf(word) > wide) {
      const piece = head(word, wide);
      lines.push(piece);
      word = word.slice(piece.length);
    }
    line = word;
  }
  return [...lines, line];
}

/** A beginning, and text beside it that goes on below itself. */
export function beside(start: Line, text: string, tone: Tone, columns: number): readonly Line[] {
  const indent = start.reduce((width, part) => width + widthOf(part.text), 0);
  return wrapped(text, columns - indent).map((part, n) => [
    ...(n === 0 ? start : [words(' '.repeat(indent))]),
    words(part, tone),
  ]);
}

function printLine(line: Line, { color, columns }: Look): string {
  let room = columns;
  let printed = '';
  for (const [n, { text, tone }] of line.entries()) {
    const last = n === line.length - 1;
    const kept = cut(last ? text.trimEnd() : text, room);
    room -= widthOf(kept);
    printed += color && tone !== 'plain' && kept !== '' ? `\u001b[${CODES[tone]}m${kept}\u001b[0m` : kept;
    if (room <= 0) break;
  }
  return color ? printed : printed.trimEnd();
}

export const printed = (lines: readonly Line[], look: Look): string =>
  lines.map((line) => printLine(line, look)).join('\n');
