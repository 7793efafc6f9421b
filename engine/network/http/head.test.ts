/** The head parser: what it reads, what it refuses, and that the cuts of a stream do not matter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HeadLimits, RequestHead } from './head.ts';
import { endToEnd } from './headers.ts';
import { malformedRequests } from './malformed-requests.ts';
import { RequestHeadParser } from './request-head.ts';
import { ResponseHeadParser } from './response-head.ts';

type Seen = { head: unknown; rest: string } | { refused: string } | 'more';

function read(text: string, cuts: readonly number[] = [], limits?: HeadLimits): Seen {
  const parser = new RequestHeadParser(limits);
  const bytes = Buffer.from(text, 'latin1');
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  for (let index = 0; index + 1 < edges.length; index++) {
    const result = parser.feed(bytes.subarray(edges[index], edges[index + 1]), 0);
    if (result.state === 'refused') return { refused: `${result.refusal.kind} ${result.refusal.status}` };
    if (result.state === 'head')
      return { head: result.head, rest: bytes.toString('latin1', (edges[index] as number) + result.next) };
  }
  return 'more';
}

const headOf = (text: string): RequestHead => {
  const seen = read(text);
  assert.ok(typeof seen === 'object' && 'head' in seen, `expected a head, found ${JSON.stringify(seen)}`);
  return seen.head as RequestHead;
};

test('a request is read with its fields as sent', () => {
  const head = headOf(
    'POST /a?b=c HTTP/1.1\r\nHost: x.example:8000\r\nX-Two:  v \t\r\nContent-Length: 3\r\n\r\nabc',
  );
  assert.equal(head.method, 'POST');
  assert.equal(head.target, '/a?b=c');
  assert.deepEqual(head.headers, ['Host', 'x.example:8000', 'X-Two', 'v', 'Content-Length', '3']);
  assert.deepEqual(head.framing, { kind: 'length', length: 3 });
  assert.equal(head.keepAlive, true);
});

test('absolute targets become origin form and decide the host', () => {
  const head = headOf('GET http://real.example/p?q HTTP/1.1\r\nHost: other.example\r\n\r\n');
  assert.equal(head.target, '/p?q');
  assert.equal(head.host, 'real.example');
  assert.deepEqual(head.headers, ['Host', 'real.example']);
});

test('HTTP/1.0 needs no host and closes unless asked', () => {
  assert.equal(headOf('GET / HTTP/1.0\r\n\r\n').keepAlive, false);
  assert.equal(headOf('GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n').keepAlive, true);
  assert.equal(headOf('GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, close\r\n\r\n').keepAlive, false);
});

test('one empty line before a request is overlooked', () => {
  assert.equal(headOf('\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n').target, '/');
  assert.deepEqual(read('\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n'), { refused: 'malformed 400' });
});

for (const [name, text, verdict] of malformedRequests)
  test(`refused: ${name}`, () => assert.deepEqual(read(text), { refused: verdict }));

test('limits are told apart by the first octet beyond them', () => {
  const limits = { lineBytes: 64, headBytes: 128 };
  const line = 'a'.repeat(60);
  assert.deepEqual(read(`GET /${line} HTTP/1.1\r\n`, [], limits), { refused: 'line-too-long 414' });
  assert.deepEqual(read(`GET / HTTP/1.1\r\nA: ${line}xx\r\n`, [], limits), { refused: 'line-too-long 431' });
  const fields = 'A: b\r\n'.repeat(30);
  assert.deepEqual(read(`GET / HTTP/1.1\r\n${fields}`, [], limits), { refused: 'head-too-large 431' });
});

const pieces = fc.constantFrom(
  'GET / HTTP/1.1\r\n',
  'Host: x\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'A: b\r\n',
  `B: ${'c'.repeat(70)}\r\n`,
  '\r\n',
  '\r',
  '\n',
  ' ',
  ':',
  '\0',
  'tail',
);

test('however a stream is cut, the verdict is the same', () => {
  const valid = fc.constant(['GET /x HTTP/1.1\r\n', 'Host: x\r\n', 'A: b\r\n', '\r\n', 'rest']);
  fc.assert(
    fc.property(
      fc.oneof(fc.array(pieces, { maxLength: 12 }), valid),
      fc.array(fc.nat(400), { maxLength: 20 }),
      fc.boolean(),
      (parts, cuts, every) => {
        const text = parts.join('');
        const limits = { lineBytes: 64, headBytes: 150 };
        const all = every ? Array.from({ length: text.length }, (_, index) => index) : cuts;
        assert.deepEqual(read(text, all, limits), read(text, [], limits));
      },
    ),
    { numRuns: 2000 },
  );
});

test('a response is read, and its method decides about the body', () => {
  const parser = new ResponseHeadParser();
  const text = Buffer.from('HTTP/1.1 200 Fine so far\r\nContent-Length: 5\r\n\r\n');
  const got = parser.feed(text, 0);
  assert.ok(got.state === 'head');
  assert.equal(got.head.status, 200);
  assert.equal(got.head.reason, 'Fine so far');
  assert.deepEqual(got.head.framing, { kind: 'length', length: 5 });
  parser.method = 'HEAD';
  const head = parser.feed(text, 0);
  assert.ok(head.state === 'head' && head.head.framing.kind === 'none' && head.head.keepAlive);
});

for (const text of [
  'HTTP/1.1 99 Low\r\n\r\n',
  'HTTP/1.1 2000\r\n\r\n',
  'HTTP/2 200\r\n\r\n',
  '220 smtp.example ESMTP\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n',
])
  test(`no response: ${JSON.stringify(text.slice(0, 50))}`, () =>
    assert.equal(new ResponseHeadParser().feed(Buffer.from(text), 0).state, 'refused'));

test('fields of the hop stay behind, with those that Connection names', () => {
  const headers = [
    'Host',
    'x',
    'Connection',
    'X-Own, close',
    'X-Own',
    '1',
    'TE',
    'trailers',
    'Keep-Alive',
    'a=1',
  ];
  assert.deepEqual(endToEnd([...headers, 'Content-Length', '0', 'A', 'b'], 'X-Own, close'), [
    'Host',
    'x',
    'A',
    'b',
  ]);
});
