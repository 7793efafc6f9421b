/**
 * The load of `rds.bench.ts`, in a process of its own: some connections, each writing one order after the other.
 * The first half second warms up and is not counted. Arguments: address, seconds, connections, first id.
 */
import { createConnection } from 'mysql2/promise';

const WARM_UP_MS = 500;
const [, , host = '', seconds = '1', connections = '1', first = '0'] = process.argv;
const took: number[] = [];
const began = performance.now() + WARM_UP_MS;
const end = began + Number(seconds) * 1000;
let id = Number(first);

async function writeOrders(): Promise<void> {
  const place = { host, port: 3306, user: 'admin', password: 'secret', database: 'storefront' };
  const connection = await createConnection(place);
  for (let start = performance.now(); start < end; start = performance.now()) {
    await connection.query('INSERT INTO orders VALUES (?, ?)', [++id, 'order']);
    const done = performance.now();
    if (start >= began && done <= end) took.push(done - start);
  }
  connection.destroy();
}

await Promise.all(Array.from({ length: Number(connections) }, writeOrders));
// Keeps the process until the bench has heard it and lets go.
process.on('message', () => {});
process.send?.({ took });
