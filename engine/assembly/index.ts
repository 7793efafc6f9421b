/** The door of the assembly room: a CDK app or its cdk.out in; stacks, templates and assets out. */
export { type Assembly, readAssembly, readTemplate, type StackArtifact } from './assembly.ts';
export { type AssetResolver, assetResolver, type FileAsset, type ImageAsset } from './assets.ts';
export { AssemblyError } from './json-file.ts';
export { type Synthesized, type SynthesizeOptions, synthesize } from './synthesize.ts';
