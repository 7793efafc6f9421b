/**
 * Requests a second and core of this room's proxy, against a plain node:http + undici proxy and, where it is
 * installed, HAProxy. Each proxy runs in a process of its own between the same origin and the same load (64
 * keep-alive connections), and is charged with its own processor time, so that a busy machine changes the
 * result little. Prints one JSON object. Run: node engine/network/http/proxy.bench.ts [seconds]
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../time/clock.ts';
import { destination, endToEnd, forward, Pool, serveHttp } from './index.ts';

const HAPROXY = '/usr/sbin/haproxy';
const CONNECTIONS = 64;
const HOST = '127.0.0.1';
const [, , role, argument] = process.argv;

switch (role) {
  case 'origin':
    serveOrigin();
    break;
  case 'ours':
    await serveOurs(Number(argument));
    break;
  case 'plain':
    await servePlain(Number(argument));
    break;
  default:
    await measureAll(Number(role ?? '3'));
}

/** A fixed answer on bare sockets: the origin must never be what is measured. */
async function serveOrigin(): Promise<void> {
  const { createServer: createPlain } = await import('node:net');
  const body = 'x'.repeat(1024);
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const server = createPlain((socket) => {
    socket.setNoDelay(true);
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, HOST, () => tellPort((server.address() as { port: number }).port));
}

async function serveOurs(originPort: number): Promise<void> {
  const now = Date.now();
  const clock = createClock({ realOriginMs: now, awsOriginMs: now, speed: 1 });
  const pool = new Pool({ clock });
  const to = destination(HOST, originPort);
  const timeouts = { connectMs: 10_000, headMs: 60_000, bodyMs: 60_000 };
  const server = await serveHttp({
    host: HOST,
    port: 0,
    clock,
    onRequest: (request, reply) => {
      const headers = endToEnd(request.headers, request.head.connection);
      headers.push('X-Forwarded-For', request.remoteAddress, 'X-Forwarded-Proto', 'http');
      forward(request, reply, { pool, to, timeouts, headers, onFailure: () => reply.send(502, []) });
    },
  });
  tellPort(server.port);
}

async function servePlain(originPort: number): Promise<void> {
  const { Pool: UndiciPool } = await import('undici');
  const origin = new UndiciPool(`http://${HOST}:${originPort}`, { connections: CONNECTIONS });
  const server = createServer((request, response) => {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined && name !== 'connection' && name !== 'keep-alive') headers[name] = value;
    headers['x-forwarded-for'] = request.socket.remoteAddress ?? '';
    const options = { path: request.url ?? '/', method: (request.method ?? 'GET') as 'GET', headers };
    origin
      .request({ ...options, body: request.method === 'GET' ? null : request })
      .then((answer) => {
        response.writeHead(answer.statusCode, answer.headers as Record<string, string>);
        answer.body.pipe(response);
      })
      .catch(() => response.writeHead(502).end());
  });
  server.listen(0, HOST, () => tellPort((server.address() as { port: number }).port));
}

function tellPort(port: number): void {
  process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
  process.send?.({ port });
}

interface Proxy {
  readonly port: number;
  cpuMicros(): Promise<number>;
  stop(): void;
}

interface Figure {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number;
}

async function measureAll(seconds: number): Promise<void> {
  const origin = await child('origin');
  const starts: Record<string, () => Promise<Proxy>> = {
    plain: () => child('plain', origin.port),
    ours: () => child('ours', origin.port),
  };
  if (existsSync(HAPROXY)) starts['haproxy'] = () => haproxy(origin.port);
  const figures: Record<string, Figure> = {};
  for (const [name, start] of Object.entries(starts)) {
    const proxy = await start();
    figures[name] = await measure(proxy, seconds);
    proxy.stop();
  }
  origin.stop();
  const ratios = Object.fromEntries(
    Object.entries(figures)
      .filter(([name]) => name !== 'ours')
      .map(([name, other]) => [`oursTo ${name}`, ratioOf(figures['ours'] as Figure, other)]),
  );
  process.stdout.write(`${JSON.stringify({ bench: 'proxy', seconds, figures, ratios }, null, 2)}\n`);
}

/** By the clock, as a load generator sees it, and by the processor time that the proxy took. */
function ratioOf(ours: Figure, other: Figure): { perSecond: number; perCpuSecond: number } {
  const ratio = (key: keyof Figure): number => Math.round((ours[key] / other[key]) * 100) / 100;
  return { perSecond: ratio('requestsPerSecond'), perCpuSecond: ratio('requestsPerCpuSecond') };
}

async function measure(proxy: Proxy, seconds: number): Promise<Figure> {
  await load(proxy.port, 1);
  const before = await proxy.cpuMicros();
  const requests = await load(proxy.port, seconds);
  const micros = (await proxy.cpuMicros()) - before;
  return {
    requests,
    requestsPerSecond: Math.round(requests / seconds),
    requestsPerCpuSecond: Math.round(requests / (micros / 1e6)),
  };
}

/** Answers counted by the octets of one answer, which are always as many. */
async function load(port: number, seconds: number): Promise<number> {
  const text = Buffer.from(
    `GET /api/products?page=1 HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nX-Request: 12345678\r\n\r\n`,
  );
  const size = await answerSize(port);
  const until = Date.now() + seconds * 1000;
  let answers = 0;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, HOST, () => socket.write(text));
      let octets = 0;
      socket.setNoDelay(true);
      socket.on('data', (data) => {
        octets += data.length;
        if (octets < size) return;
        octets = 0;
        answers++;
        if (Date.now() < until) socket.write(text);
        else socket.destroy();
      });
      socket.on('error', () => socket.destroy());
      socket.on('close', () => resolve());
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return answers;
}

/** Head and body of one answer; node:http may add fields of its own. */
function answerSize(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, HOST, () => socket.write('GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n'));
    let seen = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      seen += data.toString('latin1');
      const head = seen.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 'NaN');
      if (head < 0 || seen.length < head + 4 + length) return;
      socket.destroy();
      resolve(head + 4 + length);
    });
  });
}

function child(kind: string, originPort?: number): Promise<Proxy> {
  const forked: ChildProcess = fork(import.meta.filename, [kind, String(originPort ?? '')]);
  return new Promise((resolve, reject) => {
    forked.once('error', reject);
    forked.once('message', (message) =>
      resolve({
        port: (message as { port: number }).port,
        cpuMicros: () =>
          new Promise((answer) => {
            forked.once('message', (reply) => {
              const { cpu } = reply as { cpu: NodeJS.CpuUsage };
              answer(cpu.user + cpu.system);
            });
            forked.send('cpu');
          }),
        stop: () => void forked.kill('SIGKILL'),
      }),
    );
  });
}

/** One thread, as the other two have. */
async function haproxy(originPort: number): Promise<Proxy> {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-bench-'));
  const file = join(directory, 'haproxy.cfg');
  const port = 20_000 + (process.pid % 10_000);
  const lines = [
    'global',
    ' nbthread 1',
    'defaults',
    ' mode http',
    ' option forwardfor',
    ' timeout connect 10s',
    ' timeout client 60s',
    ' timeout server 60s',
    'frontend front',
    ` bind ${HOST}:${port}`,
    ' default_backend back',
    'backend back',
    ' http-reuse always',
    ` server origin ${HOST}:${originPort}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const running = spawn(HAPROXY, ['-db', '-f', file], { stdio: 'ignore' });
  for (let attempt = 0; attempt < 50 && !(await listens(port)); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    port,
    cpuMicros: async () => {
      const fields = readFileSync(`/proc/${running.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10_000;
    },
    stop: () => {
      running.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
