// The catalogue: a small theatre shop.

import type { Migration } from './index.ts';

const seed: readonly (readonly [string, string, string, string, number])[] = [
  ['ghost-light', 'Ghost light', 'The lamp that stays on when everyone has gone home.', 'lamp', 8900],
  ['prompt-book', 'Prompt book', 'Every cue, every move, one binding. 240 pages.', 'book', 3450],
  ['opera-glasses', 'Opera glasses', 'Three-power, brass, with a velvet case.', 'glasses', 12900],
  ['gaff-tape', 'Gaff tape, black', 'Holds a show together. 50 mm × 50 m.', 'tape', 1890],
  ['spike-tape', 'Spike tape, five colours', 'So that the chair is where it was.', 'tapes', 1450],
  ['greasepaint', 'Greasepaint set', 'Twelve colours, no animal testing.', 'palette', 4200],
  ['mask-pair', 'Comedy and tragedy', 'A pair of masks in papier-mâché.', 'masks', 6700],
  ['stage-whistle', 'Silent whistle', 'Never whistle on a stage. This one cannot.', 'whistle', 990],
  [
    'velvet-swatch',
    'Velvet curtain, by the metre',
    'Crimson, flame-retardant, 140 cm wide.',
    'curtain',
    2750,
  ],
  ['call-bell', 'Call-boy’s bell', 'Beginners, please. Solid brass.', 'bell', 3900],
  ['rehearsal-pencils', 'Rehearsal pencils', 'A dozen, soft. Blocking changes.', 'pencil', 780],
  ['lozenges', 'Voice lozenges', 'For the lead, and for whoever goes on instead.', 'jar', 560],
];

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

export const m0001Catalogue: Migration = {
  id: '0001-catalogue',
  statements: [
    `create table if not exists products (
      id varchar(40) character set ascii collate ascii_bin not null primary key,
      name varchar(120) not null,
      description varchar(400) not null,
      picture varchar(16) character set ascii collate ascii_bin not null,
      price_minor int unsigned not null,
      currency char(3) character set ascii collate ascii_bin not null
    ) engine = InnoDB default character set = utf8mb4`,
    `insert ignore into products (id, name, description, picture, price_minor, currency) values ${seed
      .map(
        ([id, name, text, picture, price]) =>
          `(${[id, name, text, picture].map(quote).join(', ')}, ${price}, 'USD')`,
      )
      .join(',\n')}`,
  ],
};
