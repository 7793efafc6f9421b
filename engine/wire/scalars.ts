/**
 * Single values as text: in query strings, headers and labels. The timestamp format is the schema's own where
 * it names one, else the default of the place (https://smithy.io/2.0/spec/protocol-traits.html).
 */
import type { Schema } from './schema.ts';
import { AwsError } from './types.ts';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** What the client sent does not fit the model; the protocol chooses the code. */
export class InvalidInput extends AwsError {
  constructor(message: string) {
    super('ValidationException', message, 400);
  }
}

const formats: Readonly<Record<number, TimestampFormat>> = {
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
};

function formatOf(schema: Schema, standard: TimestampFormat): TimestampFormat {
  return formats[schema.getSchema() as unknown as number] ?? standard;
}

export function scalarFromText(
  schema: Schema,
  text: string,
  standard: TimestampFormat,
  path: string,
): unknown {
  if (schema.isBooleanSchema()) {
    const lower = text.toLowerCase();
    if (lower !== 'true' && lower !== 'false')
      throw new InvalidInput(`${path}: expected true or false, found ${JSON.stringify(text)}`);
    return lower === 'true';
  }
  if (schema.isNumericSchema()) return numberFromText(text, path);
  if (schema.isBigIntegerSchema()) {
    if (!/^-?\d+$/.test(text))
      throw new InvalidInput(`${path}: expected an integer, found ${JSON.stringify(text)}`);
    return BigInt(text);
  }
  if (schema.isTimestampSchema()) return dateFromText(text, formatOf(schema, standard), path);
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

function numberFromText(text: string, path: string): number {
  const number = Number(text);
  if (text.trim() === '' || (Number.isNaN(number) && text !== 'NaN'))
    throw new InvalidInput(`${path}: expected a number, found ${JSON.stringify(text)}`);
  return number;
}

function dateFromText(text: string, format: TimestampFormat, path: string): Date {
  // Clients are not strict about the format, so a number is always taken for epoch seconds.
  const date = /^-?\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidInput(`${path}: expected a timestamp (${format}), found ${JSON.stringify(text)}`);
  return date;
}

export function scalarToText(schema: Schema, value: unknown, standard: TimestampFormat): string {
  if (schema.isTimestampSchema()) {
    const date = value instanceof Date ? value : new Date(value as string | number);
    switch (formatOf(schema, standard)) {
      case 'date-time':
        return date.toISOString();
      case 'http-date':
        return date.toUTCString();
      case 'epoch-seconds':
        return String(date.getTime() / 1000);
    }
  }
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString('base64');
  return String(value);
}
