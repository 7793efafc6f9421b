// A cluster's two endpoints: fixed addresses whose targets move, as DNS names do on AWS. Connections that
// are open when a target moves stay where they are, which is exactly the trap for a pool.

import { connect, createServer, type Server, type Socket } from 'node:net';

export interface MovingEndpoint {
  readonly host: string;
  /** From now on new connections go to this server; to none when null (the connection is refused). */
  pointTo(target: { readonly port: number } | null): void;
}

export interface Endpoints {
  readonly port: number;
  readonly writer: MovingEndpoint;
  readonly reader: MovingEndpoint;
  readonly close: () => void;
}

export async function openEndpoints(target: { readonly port: number }): Promise<Endpoints> {
  const writer = await openEndpoint('127.0.0.1', 0, target);
  const reader = await openEndpoint('127.0.0.2', writer.port, target);
  return {
    port: writer.port,
    writer,
    reader,
    close: () => {
      writer.close();
      reader.close();
    },
  };
}

async function openEndpoint(host: string, wantedPort: number, first: { readonly port: number }) {
  let target: { readonly port: number } | null = first;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (target === null) return void client.resetAndDestroy();
    const database = connect(target.port, '127.0.0.1');
    keep(database);
    client.pipe(database).pipe(client);
    client.once('close', () => database.destroy());
    database.once('close', () => client.destroy());
  });
  const port = await listen(server, host, wantedPort);
  return {
    host,
    port,
    pointTo: (next: { readonly port: number } | null) => {
      target = next;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
