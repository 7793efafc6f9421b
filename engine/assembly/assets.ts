// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CDK writes placeholders like this
/**
 * Assets: files, folders and container images that an app ships beside its templates, and where their
 * publication would put them on AWS. Here nothing is published: a resource that names the published place
 * gets the local one. Format: *.assets.json of the cloud assembly (cloud-assembly-schema, AssetManifest).
 */
import type { JsonObject } from '../template/json.ts';
import { memberObject, memberString, pathInside, readJsonFile } from './json-file.ts';

export interface FileAsset {
  /** May hold ${AWS::AccountId}, ${AWS::Region} and ${AWS::Partition}. */
  readonly bucket: string;
  readonly key: string;
  /** Absolute, inside the assembly. */
  readonly path: string;
  /** `zip`: `path` is a folder whose contents would be zipped. */
  readonly packaging: 'file' | 'zip';
}

export interface ImageAsset {
  readonly repository: string;
  readonly tag: string;
  readonly hash: string;
  readonly directory: string;
  readonly dockerFile: string;
}

export interface AssetManifest {
  readonly files: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
}

/** `root` is the assembly's folder; `directory` the (nested) one that holds the manifest. */
export function readAssetManifest(root: string, directory: string, name: string): AssetManifest {
  const file = pathInside(root, directory, name);
  const json = readJsonFile(file);
  const files: FileAsset[] = [];
  const images: ImageAsset[] = [];
  for (const asset of objectsOf(memberObject(json, 'files'))) {
    const source = memberObject(asset, 'source');
    // An asset made by an external command (`executable`) has no path; nothing here can use it.
    if (source['path'] === undefined) continue;
    const path = pathInside(root, directory, memberString(source, 'path', file));
    const packaging = source['packaging'] === 'zip' ? 'zip' : 'file';
    for (const destination of objectsOf(memberObject(asset, 'destinations')))
      files.push({
        bucket: memberString(destination, 'bucketName', file),
        key: memberString(destination, 'objectKey', file),
        path,
        packaging,
      });
  }
  for (const [hash, asset] of Object.entries(memberObject(json, 'dockerImages'))) {
    const source = memberObject(asset as JsonObject, 'source');
    if (source['directory'] === undefined) continue;
    const folder = pathInside(root, directory, memberString(source, 'directory', file));
    for (const destination of objectsOf(memberObject(asset as JsonObject, 'destinations')))
      images.push({
        repository: memberString(destination, 'repositoryName', file),
        tag: memberString(destination, 'imageTag', file),
        hash,
        directory: folder,
        dockerFile: typeof source['dockerFile'] === 'string' ? source['dockerFile'] : 'Dockerfile',
      });
  }
  return { files, images };
}

/** Finds assets by the names that resolved templates use, for one account and region. */
export interface AssetResolver {
  file(bucket: string, key: string): string | undefined;
  /** By image URI (`<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`) or by hash. */
  image(uri: string): { readonly directory: string; readonly dockerFile: string } | undefined;
}

export function assetResolver(
  assets: AssetManifest,
  place: { readonly account: string; readonly region: string },
): AssetResolver {
  const fill = (text: string): string =>
    text
      .replaceAll('${AWS::AccountId}', place.account)
      .replaceAll('${AWS::Region}', place.region)
      .replaceAll('${AWS::Partition}', 'aws');
  const files = new Map(
    assets.files.map((asset) => [JSON.stringify([fill(asset.bucket), fill(asset.key)]), asset.path]),
  );
  const images = new Map(
    assets.images.flatMap((asset) => [
      [`${fill(asset.repository)}:${fill(asset.tag)}`, asset] as const,
      [asset.hash, asset] as const,
    ]),
  );
  return {
    file: (bucket, key) => files.get(JSON.stringify([bucket, key])),
    image: (uri) => {
      const found = images.get(uri.slice(uri.indexOf('/') + 1));
      return found && { directory: found.directory, dockerFile: found.dockerFile };
    },
  };
}

function objectsOf(json: JsonObject): readonly JsonObject[] {
  return Object.values(json).filter(
    (value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
}
