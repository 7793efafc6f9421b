/**
 * Real mail, when UNDERSTUDY_SMTP_URL names a server (`smtp://user:password@host:587`, `smtps://…`). The
 * sender is UNDERSTUDY_SMTP_FROM, by default no-reply@understudy.invalid. The library is loaded at the first mail.
 */
import type { Mail } from './mailbox.ts';

export interface Smtp {
  send(mail: Mail): Promise<void>;
}

const CONNECT_LIMIT_MS = 10_000;

export function smtpFrom(environment: Readonly<Record<string, string | undefined>>): Smtp | undefined {
  const url = environment['UNDERSTUDY_SMTP_URL'];
  if (url === undefined || url === '') return undefined;
  const { hostname, port, protocol, username, password } = new URL(url);
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    throw new Error(`UNDERSTUDY_SMTP_URL must begin with smtp:// or smtps://, found ${protocol}//`);
  const from = environment['UNDERSTUDY_SMTP_FROM'] ?? 'no-reply@understudy.invalid';
  return {
    send: async ({ to, subject, body }) => {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host: hostname,
        port: port === '' ? (protocol === 'smtps:' ? 465 : 587) : Number(port),
        secure: protocol === 'smtps:',
        connectionTimeout: CONNECT_LIMIT_MS,
        ...(username === ''
          ? {}
          : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
      });
      try {
        await transport.sendMail({ from, to, subject: subject ?? '', text: body });
      } finally {
        transport.close();
      }
    },
  };
}
