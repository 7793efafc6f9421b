/** The query decoder against the SDK's own serializer: whatever that writes, this reads back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { decodeQuery } from './query.ts';
import type { Schema } from './schema.ts';

const N = 'com.example';
const [STRING, NUMBER, BOOLEAN, TIMESTAMP, BLOB] = [0, 1, 2, 4, 21];
const tags = [2, N, 'Tags', 0, 0, 0];
const flatTags = [2, N, 'FlatTags', { xmlFlattened: 1 }, [0, { xmlName: 'K' }], [0, { xmlName: 'V' }]];
const inner = [3, N, 'Inner', 0, ['Name', 'Values', 'Tags'], [STRING, 64 | STRING, () => tags]];
const inners = [1, N, 'Inners', 0, [() => inner, { xmlName: 'InnerItem' }]];
const flat = [1, N, 'Flat', { xmlFlattened: 1 }, () => inner];
const outer = [
  3,
  N,
  'Outer',
  0,
  ['Text', 'Count', 'Flag', 'At', 'Bytes', 'Inners', 'Flat', 'FlatTags', 'renamed'],
  [
    STRING,
    NUMBER,
    BOOLEAN,
    TIMESTAMP,
    BLOB,
    () => inners,
    () => flat,
    () => flatTags,
    [STRING, { xmlName: 'Renamed', ec2QueryName: 'RenamedForEc2' }],
  ],
];
const schema = NormalizedSchema.of(outer as never) as Schema;

const map = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});
const innerValue = fc.record(
  { Name: fc.string(), Values: fc.array(fc.string(), { minLength: 1, maxLength: 12 }), Tags: map },
  { requiredKeys: ['Name'], noNullPrototype: true },
);
const value = fc.record(
  {
    Text: fc.string({ unit: 'grapheme' }),
    Count: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    Flag: fc.boolean(),
    At: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    Bytes: fc.uint8Array({ minLength: 1 }),
    Inners: fc.array(innerValue, { minLength: 1, maxLength: 11 }),
    Flat: fc.array(innerValue, { minLength: 1, maxLength: 3 }),
    FlatTags: map,
    renamed: fc.string(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const settings = {
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: false,
  serviceNamespace: N,
};

test('query: what the SDK writes is read back', () => {
  fc.assert(
    fc.property(value, (input) => {
      const serializer = new QueryShapeSerializer({ ...settings, serializeEmptyLists: true } as never);
      serializer.write(schema, input);
      assert.deepEqual(
        decodeQuery(schema, new URLSearchParams(serializer.flush() as string), 'query'),
        input,
      );
    }),
  );
});

test('ec2-query: what the SDK writes is read back', () => {
  fc.assert(
    fc.property(value, (full) => {
      // EC2 has no maps.
      const withoutMaps = (item: object): object => ({ ...item, Tags: undefined, FlatTags: undefined });
      const input = JSON.parse(
        JSON.stringify(withoutMaps({ ...full, At: undefined, Bytes: undefined })),
        (_key, item) =>
          typeof item === 'object' && item !== null && !Array.isArray(item)
            ? defined(withoutMaps(item))
            : item,
      ) as object;
      const serializer = new QueryShapeSerializer({
        ...settings,
        capitalizeKeys: true,
        flattenLists: true,
        serializeEmptyLists: false,
        ec2: true,
      } as never);
      serializer.write(schema, input);
      assert.deepEqual(
        decodeQuery(schema, new URLSearchParams(serializer.flush() as string), 'ec2-query'),
        input,
      );
    }),
  );
});

function defined(item: object): object {
  return Object.fromEntries(Object.entries(item).filter(([, inner]) => inner !== undefined));
}

test('a list that is there but empty is empty', () => {
  assert.deepEqual(decodeQuery(schema, new URLSearchParams('Inners='), 'query'), { Inners: [] });
});

test('a value of the wrong kind is refused with its path', () => {
  const read = (query: string): unknown => decodeQuery(schema, new URLSearchParams(query), 'query');
  assert.throws(() => read('Count=many'), { message: 'Count: expected a number, found "many"' });
  assert.throws(() => read('Flag=maybe'), { message: 'Flag: expected true or false, found "maybe"' });
  assert.throws(() => read('At=yesterday'), /At: expected a timestamp/);
});

test('keys cannot reach a prototype', () => {
  const read = decodeQuery(
    schema,
    new URLSearchParams('FlatTags.1.K=__proto__&FlatTags.1.V=x&__proto__.polluted=1'),
    'query',
  ) as { FlatTags: object };
  assert.deepEqual(Object.keys(read.FlatTags), ['__proto__']);
  assert.equal(({} as { polluted?: string }).polluted, undefined);
});
