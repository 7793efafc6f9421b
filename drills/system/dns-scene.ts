/** One question to a name server over TCP: the length in two octets, then the message (RFC 1035, section 4.2.2). */
import { once } from 'node:events';
import { connect } from 'node:net';
import { streamDecode, streamEncode } from 'dns-packet';

/** The answers' data as text; follows no aliases. */
export async function overTcp(
  server: { readonly host: string; readonly port: number },
  type: 'A' | 'TXT',
  name: string,
): Promise<string[]> {
  const socket = connect(server.port, server.host);
  socket.setTimeout(5000, () => socket.destroy(new Error('the name server has said nothing for 5 s')));
  try {
    await once(socket, 'connect');
    socket.write(streamEncode({ type: 'query', id: 7, flags: 256, questions: [{ type, name }] }));
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) continue;
      const { answers = [] } = streamDecode(received);
      return answers.flatMap((answer) => {
        if (answer.type === 'A') return [answer.data];
        if (answer.type === 'TXT') return [[answer.data].flat().join('')];
        return [];
      });
    }
    throw new Error('the name server closed the connection without an answer');
  } finally {
    socket.destroy();
  }
}
