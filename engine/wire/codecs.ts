/**
 * Bodies: the SDK's own JSON, CBOR and XML codecs, used from the server's side. A codec reads and writes one
 * structure by its schema; where in a message it sits is for `protocols.ts` and `http-bindings.ts`.
 */
import { JsonCodec2, XmlCodec } from '@aws-sdk/core/protocols';
import { CborCodec } from '@smithy/core/cbor';
import type { Schema } from './schema.ts';

export interface BodyCodec {
  readonly contentType: string;
  decode(schema: Schema, bytes: Uint8Array): Promise<unknown>;
  encode(schema: Schema, value: unknown): Uint8Array | string;
}

const DATE_TIME = 5;
const EPOCH_SECONDS = 7;

function jsonCodec(contentType: string, jsonName: boolean): BodyCodec {
  const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: EPOCH_SECONDS }, jsonName });
  return {
    contentType,
    decode: async (schema, bytes) =>
      codec
        .createDeserializer()
        .read(schema, bytes.length === 0 ? '{}' : Buffer.from(bytes).toString('utf8')),
    encode: (schema, value) => {
      const serializer = codec.createSerializer();
      serializer.write(schema, value);
      return serializer.flush() as Uint8Array | string;
    },
  };
}

export const json10 = jsonCodec('application/x-amz-json-1.0', false);
export const json11 = jsonCodec('application/x-amz-json-1.1', false);
export const restJson = jsonCodec('application/json', true);

export const cbor: BodyCodec = {
  contentType: 'application/cbor',
  decode: async (schema, bytes) =>
    bytes.length === 0 ? {} : new CborCodec().createDeserializer().read(schema, bytes),
  encode: (schema, value) => {
    const serializer = new CborCodec().createSerializer();
    serializer.write(schema, value);
    return serializer.flush() as Uint8Array;
  },
};

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** XML without a declaration; `namespace` goes to the root element. */
export function xmlCodec(namespace: string | undefined, httpBindings: boolean): BodyCodec {
  const codec = new XmlCodec({
    timestampFormat: { useTrait: true, default: DATE_TIME },
    httpBindings,
    serviceNamespace: '',
    ...(namespace === undefined ? {} : { xmlNamespace: namespace }),
  } as never);
  return {
    contentType: 'application/xml',
    decode: async (schema, bytes) =>
      bytes.length === 0 ? {} : codec.createDeserializer().read(schema, new Uint8Array(bytes)),
    encode: (schema, value) => {
      const serializer = codec.createSerializer();
      serializer.write(schema, value);
      return serializer.flush() as string;
    },
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML 1.0 has no way to say become the replacement character. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"']|\p{Cc}/gu, (c) => entities[c] ?? ('\t\n\r'.includes(c) ? c : '\ufffd'));
}
