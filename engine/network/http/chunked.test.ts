/** The chunked coding: decoded alike under every cut, and refused when two readings are possible. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkedDecoder } from './chunked.ts';

function decode(
  text: string,
  cuts: readonly number[],
): { data: string; rest: string } | { wrong: true } | 'more' {
  const bytes = Buffer.from(text, 'latin1');
  const decoder = new ChunkedDecoder();
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let data = '';
  for (let index = 0; index + 1 < edges.length; index++) {
    const piece = bytes.subarray(edges[index], edges[index + 1]);
    const next = decoder.feed(piece, 0, (slice) => {
      data += slice.toString('latin1');
    });
    if (next < 0) return { wrong: true };
    if (decoder.done) return { data, rest: bytes.toString('latin1', (edges[index] as number) + next) };
  }
  return 'more';
}

test('chunks, extensions and trailers', () => {
  const text = '5\r\nhello\r\nA;x="y"\r\n 123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET';
  assert.deepEqual(decode(text, []), { data: 'hello 123456789', rest: 'GET' });
});

for (const [name, text] of [
  ['size of nothing', '\r\nhello\r\n0\r\n\r\n'],
  ['size with sign', '+5\r\nhello\r\n0\r\n\r\n'],
  ['size with 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['size that overflows', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['size with a space', '5 \r\nhello\r\n0\r\n\r\n'],
  ['bare LF after size', '5\nhello\r\n0\r\n\r\n'],
  ['bare LF in an extension', '5;a\nhello\r\n0\r\n\r\n'],
  ['bare CR in an extension', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
  ['endless extension', `5;${'a'.repeat(2000)}`],
  ['chunk longer than said', '5\r\nhello!\r\n0\r\n\r\n'],
  ['LF alone after chunk', '5\r\nhello\n0\r\n\r\n'],
  ['framing trailer', '0\r\nContent-Length: 5\r\n\r\n'],
  ['trailer that is no field', '0\r\nGET / HTTP/1.1\r\n\r\n'],
  ['endless trailers', `0\r\n${'A: b\r\n'.repeat(2000)}`],
] as const)
  test(`refused: ${name}`, () => assert.deepEqual(decode(text, []), { wrong: true }));

test('however a body is cut, it decodes to the same', () => {
  const chunk = fc
    .string({ minLength: 1, maxLength: 40 })
    .map((text) => Buffer.from(text).toString('latin1'));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 8 }), fc.array(fc.nat(500)), (chunks, cuts) => {
      const body = chunks.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
      assert.deepEqual(decode(`${body}0\r\n\r\nnext`, cuts), { data: chunks.join(''), rest: 'next' });
    }),
  );
});
