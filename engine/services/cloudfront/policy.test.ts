/** The pure rules: path patterns, freshness, cache keys, ranges, origin failover. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matches, pathMatcher } from './behavior-match.ts';
import { byteRange, viewerHasIt } from './byte-range.ts';
import { cacheKey, normalisedEncoding, pathOfKey } from './cache-key.ts';
import {
  errorTtlSeconds,
  freshness,
  type ResponseAge,
  standsIn,
  type TtlPolicy,
  useOf,
} from './freshness.ts';
import { CACHING_DISABLED, MANAGED_CACHE_POLICIES } from './managed-policies.ts';
import { failsOver, mayFailOver, triesAgain, viewerStatus } from './origin-failover.ts';

const OPTIMIZED = MANAGED_CACHE_POLICIES['658327ea-f89d-4fab-a63d-7e88639e58f6']!.policy;
const SILENT: ResponseAge = { cacheControl: undefined, expires: undefined, date: undefined, age: undefined };
const says = (cacheControl: string): ResponseAge => ({ ...SILENT, cacheControl });

test('patterns mean what a regular expression with . and .* means', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '.'), maxLength: 8 });
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, path, (wild, given) => {
      const source = wild.replace(/[.*?]/g, (c) => (c === '*' ? '.*' : c === '?' ? '.' : '\\.'));
      assert.equal(matches(wild, given), new RegExp(`^${source}$`, 's').test(given));
      const whole = /^[/*]/.test(wild) ? wild : `/${wild}`;
      assert.equal(pathMatcher(wild)(`/${given}`), matches(whole, `/${given}`) || whole === '*');
    }),
    { numRuns: 2000 },
  );
});

test('a pattern full of stars takes no more than a moment', () => {
  const started = performance.now();
  assert.equal(matches(`${'*a'.repeat(50)}b`, 'a'.repeat(5000)), false);
  assert.ok(performance.now() - started < 1000);
});

test('CloudFront’s table of TTLs', () => {
  const policy: TtlPolicy = { minTtlSeconds: 0, defaultTtlSeconds: 100, maxTtlSeconds: 1000 };
  const minimum = { ...policy, minTtlSeconds: 50 };
  const now = Date.parse('Sat, 31 Jan 2026 12:00:00 GMT');
  const ttl = (response: ResponseAge, by = policy): number | 'no' => {
    const fresh = freshness(response, by, now);
    return fresh.storable ? fresh.ttlSeconds : 'no';
  };
  const rows: readonly (readonly [ResponseAge, number | 'no', number | 'no'])[] = [
    [SILENT, 100, 100],
    [says('max-age=10'), 10, 50],
    [says('max-age=5000'), 1000, 1000],
    [says('max-age=10, s-maxage=70'), 70, 70],
    [says('no-store'), 'no', 50],
    [says('private, max-age=60'), 'no', 50],
    [says('no-cache'), 0, 50],
    [{ ...SILENT, expires: 'Sat, 31 Jan 2026 12:01:00 GMT' }, 60, 60],
    [{ ...SILENT, expires: '0' }, 0, 50],
    [{ ...says('max-age=10'), expires: 'Sat, 31 Jan 2026 13:00:00 GMT' }, 10, 50],
    [{ ...says('max-age=100'), age: '40' }, 60, 60],
  ];
  for (const [response, without, withMinimum] of rows) {
    assert.equal(ttl(response), without, JSON.stringify(response));
    assert.equal(ttl(response, minimum), withMinimum, `with a minimum: ${JSON.stringify(response)}`);
  }
  assert.equal(ttl(says('max-age=10'), CACHING_DISABLED), 'no');
  assert.equal(ttl(says('no-store'), OPTIMIZED), 1, 'the trap of CachingOptimized');
});

test('whatever an origin says, the TTL lies within the policy’s bounds', () => {
  const seconds = fc.integer({ min: 0, max: 10_000 });
  const directive = fc.oneof(
    fc.constantFrom('no-store', 'no-cache', 'private', 'public', 'max-age=x', 'max-age="7"', ''),
    seconds.map((n) => `max-age=${n}`),
    seconds.map((n) => `s-maxage=${n}`),
    seconds.map((n) => `stale-while-revalidate=${n}`),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.array(directive, { maxLength: 4 }),
      fc.tuple(seconds, seconds, seconds),
      fc.option(fc.string(), { nil: undefined }),
      (directives, [min, , span], expires) => {
        const policy = { minTtlSeconds: min, defaultTtlSeconds: min, maxTtlSeconds: min + span };
        const fresh = freshness({ ...says(directives.join(', ')), expires }, policy, 1e12);
        assert.ok(fresh.ttlSeconds >= min && fresh.ttlSeconds <= min + span, JSON.stringify(fresh));
        assert.ok(fresh.staleWhileRevalidateSeconds <= min + span);
      },
    ),
  );
});

test('an object ages: fresh, served while it is fetched anew, then confirmed; and stands in', () => {
  const kept = { freshUntilMs: 10_000, staleWhileRevalidateSeconds: 5, staleIfErrorSeconds: 20 };
  assert.deepEqual(
    [9_999, 10_000, 14_999, 15_000].map((now) => useOf(kept, now)),
    ['fresh', 'stale-while-revalidate', 'stale-while-revalidate', 'revalidate'],
  );
  assert.deepEqual([standsIn(kept, 29_999), standsIn(kept, 30_000)], [true, false]);
  assert.equal(standsIn({ ...kept, staleIfErrorSeconds: undefined }, 1e15), true);
  assert.equal(standsIn({ ...kept, staleIfErrorSeconds: 0 }, 10_000), false);
});

test('which errors are kept, and how long', () => {
  const policy = { minTtlSeconds: 0, defaultTtlSeconds: 100, maxTtlSeconds: 1000 };
  assert.equal(errorTtlSeconds(404, SILENT, policy, 10), 10);
  assert.equal(errorTtlSeconds(503, SILENT, policy, 0), 0);
  assert.equal(errorTtlSeconds(503, says('max-age=30'), policy, 10), 30);
  assert.equal(errorTtlSeconds(403, SILENT, policy, 10), 0);
  assert.equal(errorTtlSeconds(403, says('max-age=5'), policy, 10), 10);
  assert.equal(errorTtlSeconds(404, SILENT, CACHING_DISABLED, 10), 0);
});

test('the key is the path unless the policy names more', () => {
  const headers = ['Host', 'h', 'Accept-Language', 'de', 'Cookie', 'a=1; b=2'];
  const key = (query: string, policy = OPTIMIZED): string =>
    cacheKey('E1', 'GET', '/p', query, headers, policy, '');
  assert.equal(key('x=1'), key('x=2'));
  const listed = (...names: string[]) => ({ which: 'listed', names }) as const;
  const more = {
    ...OPTIMIZED,
    queryStrings: listed('x'),
    headers: listed('accept-language'),
    cookies: listed('b'),
  };
  assert.notEqual(key('x=1', more), key('x=2', more));
  assert.equal(key('x=1&y=1', more), key('x=1&y=2', more));
  assert.match(key('x=1', more), /accept-language:de\ncookie:b=2/);
  assert.equal(pathOfKey(key('x=1', more)), '/p?x=1');
  assert.notEqual(cacheKey('E1', 'OPTIONS', '/p', '', [], OPTIMIZED, ''), key(''));
});

test('Accept-Encoding is br before gzip, or nothing', () => {
  const rows = [
    ['gzip, deflate, br', 'br,gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', ''],
    ['xbrx', ''],
  ] as const;
  for (const [given, wanted] of rows) assert.equal(normalisedEncoding(given, OPTIMIZED), wanted, given);
  assert.equal(normalisedEncoding('br', CACHING_DISABLED), '');
});

test('one range is a part, anything else the whole', () => {
  assert.deepEqual(byteRange('bytes=0-0', 10), { kind: 'part', start: 0, end: 1 });
  assert.deepEqual(byteRange('bytes=-3', 10), { kind: 'part', start: 7, end: 10 });
  assert.deepEqual(byteRange('bytes=5-99', 10), { kind: 'part', start: 5, end: 10 });
  for (const whole of [undefined, 'bytes=0-1,3-4', 'bytes=5-2', 'bytes=-', 'lines=1-2'])
    assert.deepEqual(byteRange(whole, 10), { kind: 'whole' }, whole);
  for (const beyond of ['bytes=10-', 'bytes=-0']) assert.equal(byteRange(beyond, 10).kind, 'unsatisfiable');
});

test('the viewer has it: weak comparison, and dates where there is no tag', () => {
  const object = { etag: 'W/"a"', lastModified: 'Sat, 31 Jan 2026 12:00:00 GMT' };
  assert.equal(viewerHasIt(object, '"x", "a"', undefined), true);
  assert.equal(viewerHasIt(object, '"x"', 'Sat, 31 Jan 2027 12:00:00 GMT'), false);
  assert.equal(viewerHasIt(object, undefined, 'Sat, 31 Jan 2026 12:00:00 GMT'), true);
  assert.equal(viewerHasIt(object, undefined, 'Sat, 31 Jan 2026 11:59:59 GMT'), false);
});

test('origin failover: which failures count as which codes, for which methods', () => {
  const refused = { kind: 'failed', failure: 'connect-refused' } as const;
  const slow = { kind: 'failed', failure: 'head-timeout' } as const;
  assert.deepEqual([failsOver(refused, [503]), failsOver(refused, [502, 504])], [true, false]);
  assert.deepEqual([failsOver(slow, [504]), failsOver(slow, [503])], [true, false]);
  assert.equal(failsOver({ kind: 'answered', status: 403 }, [403]), true);
  assert.deepEqual(
    ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'].map((method) => mayFailOver(method, ['GET', 'HEAD'])),
    [true, true, false, false, false],
  );
  assert.equal(mayFailOver('OPTIONS', ['GET', 'HEAD', 'OPTIONS']), true);
  assert.equal(triesAgain(refused, 'POST', 1, 2), true, 'nothing was sent');
  assert.equal(triesAgain(slow, 'POST', 1, 2), false);
  assert.equal(triesAgain(slow, 'GET', 1, 2), true);
  assert.equal(triesAgain(slow, 'GET', 2, 2), false);
  assert.deepEqual(
    [viewerStatus(refused), viewerStatus(slow), viewerStatus({ kind: 'unresolved' })],
    [502, 504, 502],
  );
});
