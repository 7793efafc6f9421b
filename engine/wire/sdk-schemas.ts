/**
 * A client package's schemas without the client. They are one generated file of plain tuples, of which Node
 * cannot load the published ES form by itself (imports without extensions) and whose CommonJS form comes with
 * the whole client: three to five times the memory. So the file is read and run with its two kinds of imports
 * left out: the registry of error classes and the classes. Should a release lay it out otherwise, the whole
 * package is imported instead.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';

type Exports = Readonly<Record<string, unknown>>;

const require = createRequire(import.meta.url);

/** For `ServiceApi.sdk`: `sdk: () => schemasOf('@aws-sdk/client-rds')`. */
export async function schemasOf(clientPackage: `@aws-sdk/client-${string}`): Promise<Exports> {
  try {
    return readSchemas(
      readFileSync(require.resolve(`${clientPackage}/dist-es/schemas/schemas_0.js`), 'utf8'),
    );
  } catch {
    return (await import(clientPackage)) as Exports;
  }
}

function readSchemas(source: string): Exports {
  const imported: string[] = [];
  const exported: string[] = [];
  const code = source
    .replace(/^import \{([^}]*)\} from "[^"]*";$/gm, (_line, names: string) => {
      imported.push(
        ...names
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean),
      );
      return '';
    })
    .replace(/^export (?:var|const) (\w+\$?)/gm, (_line, name: string) => {
      exported.push(name);
      return `var ${name}`;
    });
  const run = compileFunction(`${code}\nreturn { ${exported.join(', ')} };`, imported) as (
    ...given: unknown[]
  ) => Exports;
  return run(...imported.map((name) => (name === 'TypeRegistry' ? NoRegistry : undefined)));
}

class NoRegistry {
  registerError(): void {}
}
