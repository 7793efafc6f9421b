/** Guests as they are: real child processes, real sockets, a real (small) DNS server. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import packet from 'dns-packet';
import { asJavaScript } from './javascript.ts';
import { descendantsOf, killStray, parseStat, startTicksOf } from './proc.ts';
import { type Guest, startGuest } from './process.ts';

const directory = mkdtempSync(join(tmpdir(), 'understudy-guest-'));
const preload = pathToFileURL(asJavaScript(join(import.meta.dirname, 'preload.ts'), directory)).href;

async function run(source: string, environment: Record<string, string> = {}): Promise<string[]> {
  const lines: string[] = [];
  const guest = await node(source, environment, (line) => void lines.push(line));
  const { exitCode } = await guest.exited;
  assert.equal(exitCode, 0, lines.join('\n'));
  return lines;
}

function node(
  source: string,
  environment: Record<string, string>,
  onLine: (line: string) => void | Promise<void>,
): Promise<Guest> {
  const file = join(directory, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, source);
  return startGuest({
    argv: ['node', file],
    directory,
    environment: { NODE_OPTIONS: `--import ${preload}`, ...environment },
    onLine,
  });
}

function clock(speed: number): string {
  return JSON.stringify({ realOriginMs: Date.now(), awsOriginMs: Date.UTC(2030, 0, 1), speed });
}

test('a guest sees AWS time: its date, its timers, its promises', async () => {
  const lines = await run(
    `
    import { setTimeout as sleep } from 'node:timers/promises';
    import timers from 'node:timers';
    import { promisify } from 'node:util';
    const began = performance.now();
    const year = new Date().getUTCFullYear();
    const from = Date.now();
    await sleep(2000);
    await new Promise((done) => setTimeout(done, 2000));
    await new Promise((done) => timers.setTimeout(done, 2000));
    await promisify(setTimeout)(2000);
    const aws = Date.now() - from;
    const real = performance.now() - began;
    console.log(JSON.stringify([year, aws, real, new Date(0).toISOString(), new Date() instanceof Date,
      new Date().constructor === Date, typeof Date()]));
    `,
    { UNDERSTUDY_CLOCK: clock(40) },
  );
  const [year, aws, real, epoch, instance, same, kind] = JSON.parse(lines[0]!);
  assert.equal(year, 2030);
  assert.ok(aws >= 7900, `8 s of AWS time passed, saw ${aws} ms`);
  assert.ok(real < 4000, `in a fraction of it, saw ${real} ms`);
  assert.deepEqual([epoch, instance, same, kind], ['1970-01-01T00:00:00.000Z', true, true, 'string']);
});

test('a socket’s silence is counted in AWS time, but never shorter than a loaded machine needs', async () => {
  const [long = '', short = ''] = await run(
    `
    import { connect, createServer } from 'node:net';
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const silence = (ms) => new Promise((done) => {
      const began = performance.now();
      const socket = connect(server.address().port, '127.0.0.1');
      socket.setTimeout(ms, () => { socket.destroy(); done(performance.now() - began); });
    });
    console.log(await silence(80_000));
    console.log(await silence(3_000));
    process.exit(0);
  `,
    { UNDERSTUDY_CLOCK: clock(100) },
  );
  assert.ok(Number(long) >= 750 && Number(long) < 3000, `80 s at speed 100 took ${long} ms`);
  assert.ok(Number(short) >= 450 && Number(short) < 2000, `3 s at speed 100 took ${short} ms`);
});

test('names come from the region’s resolver, through a CNAME, and connections reach the answer', async () => {
  const asked: string[] = [];
  const dns = createSocket('udp4');
  dns.on('message', (message, from) => {
    const query = packet.decode(message);
    const name = query.questions![0]!.name;
    asked.push(name);
    const known = name === 'shop.example' && query.questions![0]!.type === 'A';
    dns.send(
      packet.encode({
        type: 'response',
        id: query.id!,
        flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | (known ? 0 : 3),
        questions: query.questions!,
        answers: known
          ? [
              { type: 'CNAME', name, ttl: 5, data: 'balancer.example' },
              { type: 'A', name: 'balancer.example', ttl: 5, data: '127.0.0.1' },
            ]
          : [],
      }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((done) => dns.bind(0, '127.0.0.1', done));
  const web = createServer((request, response) => response.end(`hello ${request.headers.host}`));
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
  const port = (web.address() as AddressInfo).port;
  try {
    const lines = await run(
      `
      import { lookup } from 'node:dns/promises';
      import dns, { Resolver } from 'node:dns';
      console.log(await (await fetch('http://shop.example:${port}/')).text());
      console.log((await lookup('shop.example')).address, (await lookup('shop.example', { all: true })).length);
      await lookup('nowhere.example').catch((error) => console.log(error.code, error.syscall));
      console.log(dns.getServers()[0] === new Resolver().getServers()[0]);
      dns.lookup('shop.example', (error, address, family) => console.log(error, address, family));
      `,
      { UNDERSTUDY_RESOLVER: `127.0.0.1:${dns.address().port}` },
    );
    assert.deepEqual(lines, [
      `hello shop.example:${port}`,
      '127.0.0.1 1',
      'ENOTFOUND getaddrinfo',
      'true',
      'null 127.0.0.1 4',
    ]);
    const count = asked.filter((name) => name === 'shop.example').length;
    assert.equal(count, 4, 'nothing is cached in the guest');
  } finally {
    dns.close();
    web.close();
  }
});

test('a guest has an interface of its own: everywhere and localhost are its address', async () => {
  const lines = await run(
    `
    import { createServer } from 'node:http';
    const server = createServer((request, response) => response.end('mine'));
    await new Promise((done) => server.listen(0, '0.0.0.0', done));
    const { address, port } = server.address();
    console.log(address, await (await fetch('http://localhost:' + port)).text());
    const second = createServer((request, response) => response.end('second'));
    await new Promise((done) => second.listen(done));
    console.log(second.address().address, await (await fetch('http://127.0.0.1:' + second.address().port)).text());
    const third = createServer();
    await new Promise((done) => third.listen({ port: 0, host: '::' }, done));
    console.log(third.address().address);
    server.close(); second.close(); third.close();
    `,
    { UNDERSTUDY_ADDRESS: '127.241.77.9', UNDERSTUDY_RESOLVER: '127.0.0.1:1' },
  );
  assert.deepEqual(lines, ['127.241.77.9 mine', '127.241.77.9 second', '127.241.77.9']);
});

test('standard ports of the system’s addresses move up where the user may not bind them', async () => {
  const web = createServer((_request, response) => response.end('shifted'));
  await new Promise<void>((done) => web.listen(0, '127.241.77.10', done));
  const port = (web.address() as AddressInfo).port;
  try {
    const lines = await run(
      `
      console.log(await (await fetch('http://127.241.77.10/')).text());
      await fetch('http://127.0.0.1:9/').catch((error) => console.log(error.cause.port ?? error.cause.message));
      `,
      { UNDERSTUDY_PORT_SHIFT: String(port - 80) },
    );
    assert.equal(lines[0], 'shifted');
    assert.match(lines[1]!, /^(9|bad port)$/);
  } finally {
    web.close();
  }
});

test('a guest gets its own environment and nothing of the engine’s', async () => {
  process.env['ENGINE_SECRET'] = 'no';
  const lines = await run(`console.log(JSON.stringify(process.env))`, { GREETING: 'yes' });
  const seen = JSON.parse(lines[0]!);
  assert.equal(seen.GREETING, 'yes');
  assert.equal(seen.ENGINE_SECRET, undefined);
});

test('a guest that ignores SIGTERM is killed after the patience given, with its children', async () => {
  const ready = Promise.withResolvers<number>();
  const guest = await node(
    `
    import { spawn } from 'node:child_process';
    process.on('SIGTERM', () => {});
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    console.log(child.pid);
    setInterval(() => {}, 1000);
    `,
    {},
    (line) => ready.resolve(Number(line)),
  );
  const child = await ready.promise;
  assert.deepEqual(descendantsOf(guest.pid), [child]);
  const childStart = startTicksOf(child)!;
  const exit = await guest.stop(50);
  assert.deepEqual(exit, { exitCode: 137, signal: 'SIGKILL' });
  const deadline = Date.now() + 2000;
  while (startTicksOf(child) === childStart && isRunning(child) && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 10));
  assert.ok(!isRunning(child), 'the child is gone as well');
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a polite guest ends with its own exit code', async () => {
  const ready = Promise.withResolvers<void>();
  const guest = await node(
    `process.on('SIGTERM', () => process.exit(3)); console.log('ready'); setInterval(() => {}, 1000)`,
    {},
    () => ready.resolve(),
  );
  await ready.promise;
  assert.deepEqual(await guest.stop(5000), { exitCode: 3, signal: null });
});

test('a slow reader slows the guest down and loses no line', async () => {
  let open!: () => void;
  const gate = new Promise<void>((done) => {
    open = done;
  });
  const lines: string[] = [];
  const guest = await node(
    `for (let n = 0; n < 20000; n++) process.stdout.write('line ' + n + ' ' + 'x'.repeat(40) + '\\n');`,
    {},
    async (line) => {
      if (lines.length === 0) await gate;
      lines.push(line);
    },
  );
  setImmediate(open);
  await guest.exited;
  assert.equal(lines.length, 20000);
  assert.match(lines[19999]!, /^line 19999 /);
});

test('a program that is not there is named, with where it was sought', async () => {
  await assert.rejects(
    startGuest({ argv: ['no-such-program'], directory, environment: { PATH: '/bin' }, onLine: () => {} }),
    /no-such-program is not installed: looked in \/bin\/no-such-program/,
  );
});

test('a stray is killed only if it is still the process that was recorded', async () => {
  const guest = await node('setInterval(() => {}, 1000)', {}, () => {});
  assert.equal(killStray(guest.pid, guest.startTicks! + 1), false);
  assert.ok(guest.alive());
  assert.equal(killStray(guest.pid, guest.startTicks!), true);
  assert.equal((await guest.exited).signal, 'SIGKILL');
});

test('/proc/<pid>/stat is read past a name with spaces and parentheses', () => {
  const stat = parseStat(`42 (a (b) c) S 7 1 1 0 -1 0 0 0 0 0 5 6 0 0 20 0 1 0 9000 1000 300 1`);
  assert.deepEqual(stat, { parent: 7, ticks: 11, startTicks: 9000, residentPages: 300 });
});

test('the preload reaches a guest as plain JavaScript', async () => {
  const file = join(directory, 'preload.mjs');
  assert.equal(asJavaScript(join(import.meta.dirname, 'preload.ts'), directory), file);
  assert.match(readFileSync(file, 'utf8'), /from '\.\/preload\/names\.mjs'/);
  await startGuest({
    argv: ['node', '--no-strip-types', file],
    directory,
    environment: {},
    onLine: () => {},
  }).then(async (guest) => assert.equal((await guest.exited).exitCode, 0));
});
