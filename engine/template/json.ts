/** JSON as a template holds it; the same shape as the service contract's, which this room does not import. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
