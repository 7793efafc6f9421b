/**
 * A function's code as a folder of its own, /var/task on AWS: copied from the asset, unpacked or written
 * down once for every different code. Without a package.json of its own a `.js` file is CommonJS on Lambda,
 * whatever folder ours happens to lie in, so the copy gets one that says so.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { AwsError } from '../../wire/types.ts';
import type { ServiceContext } from '../contract.ts';
import type { CodePlace } from './model.ts';
import { unzipTo } from './zip.ts';

export function codeFolder(context: ServiceContext, place: CodePlace): string {
  const hash = createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 32);
  const folder = join(context.directory, 'code', hash);
  if (existsSync(folder)) return folder;
  const aside = `${folder}.${process.pid}.new`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  fill(context, place, aside);
  const manifest = join(aside, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "type": "commonjs" }\n');
  renameSync(aside, folder);
  return folder;
}

function fill(context: ServiceContext, place: CodePlace, folder: string): void {
  switch (place.kind) {
    case 'inline':
      // CloudFormation: the text becomes index with the runtime's extension.
      writeFileSync(join(folder, 'index.js'), place.text);
      return;
    case 'zip':
      unzipTo(Buffer.from(place.base64, 'base64'), folder);
      return;
    case 'asset': {
      const source = context.assets.file(place.bucket, place.key);
      if (!source)
        throw new AwsError(
          'InvalidParameterValueException',
          `Code s3://${place.bucket}/${place.key} is not a file asset of this app; code is read from assets, inline text or an uploaded ZIP here.`,
        );
      if (statSync(source).isDirectory()) cpSync(source, folder, { recursive: true });
      else if (extname(source) === '.zip') unzipTo(readFileSync(source), folder);
      else cpSync(source, join(folder, 'index.js'));
      return;
    }
    case 'image':
      throw new AwsError(
        'InvalidParameterValueException',
        `The image ${place.uri} of a function is not run here.`,
      );
  }
}
