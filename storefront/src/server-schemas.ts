// What requests must look like and what answers contain, as JSON Schema: the first is checked, the second
// is compiled into a serializer that lets no other member out.

const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;
const nullable = (schema: { readonly type: string }) => ({ ...schema, nullable: true });

const product = {
  type: 'object',
  properties: { id: text, name: text, description: text, picture: text, priceMinor: count, currency: text },
} as const;

const order = {
  type: 'object',
  properties: {
    id: text,
    status: text,
    customer: text,
    items: {
      type: 'array',
      items: { type: 'object', properties: { productId: text, quantity: count, unitMinor: count } },
    },
    totalMinor: count,
    currency: text,
    region: text,
    createdAt: text,
  },
} as const;

const orderRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['customer', 'items'],
  properties: {
    // Something visible, and no control characters.
    customer: {
      type: 'string',
      minLength: 1,
      maxLength: 120,
      pattern: '^[^\\u0000-\\u001f\\u007f]*\\S[^\\u0000-\\u001f\\u007f]*$',
    },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['productId', 'quantity'],
        properties: {
          productId: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
          quantity: { type: 'integer', minimum: 1, maximum: 99 },
        },
      },
    },
  },
} as const;

const verdict = {
  type: 'object',
  properties: {
    region: text,
    role: text,
    healthy: { type: 'boolean' },
    because: text,
    lagMs: nullable(count),
    writerSilentMs: nullable(count),
    checkedAt: nullable(text),
  },
};

export const schemas = {
  verdict: { response: { 200: verdict, 503: verdict } },
  products: {
    response: { 200: { type: 'object', properties: { products: { type: 'array', items: product } } } },
  },
  product: { response: { 200: product } },
  placeOrder: { body: orderRequest, response: { 201: order } },
  order: { response: { 200: order } },
};
