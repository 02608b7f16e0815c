/** The smallest value that fits a JSON schema, of the part of JSON schema that tools use. */

type Schema = Record<string, unknown>;

/** For patterns: a date, a time, a currency, an address, a colour. */
const TEXTS = ['text', '2027-03-04', '09:30', 'EUR', 'ada@example.org', '#ffffff'];

export function sample(schema: Schema): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string': {
      const { pattern } = schema;
      return typeof pattern === 'string' ? TEXTS.find(text => new RegExp(pattern).test(text)) : TEXTS[0];
    }
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return false;
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => sample(schema.items as Schema));
    case 'object': {
      const properties = (schema.properties ?? {}) as Record<string, Schema>;
      const required = (schema.required ?? []) as string[];
      return Object.fromEntries(required.map(name => [name, sample(properties[name] ?? {})]));
    }
    default:
      return null;
  }
}
