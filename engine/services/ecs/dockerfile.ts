/**
 * Reads the Dockerfile of an image asset: what its last stage would run, where, and with which environment.
 * Nothing is built: the program runs from the build context, so every instruction is either carried out in
 * that sense (WORKDIR, ENV, CMD, …), noted as left out (RUN), or refused with the reason.
 * Reference: docs.docker.com/reference/dockerfile.
 */
import { posix } from 'node:path';
import { expand, unquote, words } from './dockerfile-words.ts';

export interface Copy {
  readonly sources: readonly string[];
  /** Absolute path in the image. */
  readonly destination: string;
  readonly toFolder: boolean;
}

export interface Image {
  readonly base: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  readonly exposed: readonly string[];
  readonly user?: string;
  readonly copies: readonly Copy[];
  /** Instructions that are not carried out here, in words. */
  readonly notes: readonly string[];
}

export class DockerfileError extends Error {
  constructor(line: number, message: string) {
    super(`Dockerfile line ${line}: ${message}`);
    this.name = 'DockerfileError';
  }
}

interface Instruction {
  readonly line: number;
  readonly name: string;
  readonly text: string;
}

interface Stage {
  base: string;
  workingDirectory: string;
  environment: Record<string, string>;
  variables: Record<string, string>;
  entryPoint: readonly string[];
  command: readonly string[];
  stopSignal: NodeJS.Signals;
  exposed: string[];
  user?: string;
  copies: Copy[];
  notes: string[];
}

export function parseDockerfile(text: string, buildArguments: Readonly<Record<string, string>> = {}): Image {
  const globals: Record<string, string> = {};
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      stage = fromLine(instruction, globals, stages);
    } else if (!stage) {
      if (instruction.name !== 'ARG')
        throw new DockerfileError(
          instruction.line,
          `${instruction.name} before FROM; only ARG may stand there`,
        );
      declareArgument(instruction, globals, buildArguments);
    } else {
      apply(stage, instruction, globals, buildArguments);
    }
  }
  if (!stage) throw new DockerfileError(1, 'there is no FROM');
  const { variables: _variables, ...image } = stage;
  return image;
}

/** Logical lines: comments dropped, continuations joined. Parser directives but `escape` change nothing here. */
function instructionsOf(text: string): readonly Instruction[] {
  const joiner = /^#\s*escape\s*=\s*`/im.test(text.slice(0, 200)) ? '`' : '\\';
  const found: Instruction[] = [];
  let held = '';
  let line = 0;
  for (const [index, raw] of text.replaceAll('\r\n', '\n').split('\n').entries()) {
    if (/^\s*#/.test(raw) || (held !== '' && raw.trim() === '')) continue;
    if (held === '') line = index + 1;
    const continued = raw.trimEnd().endsWith(joiner);
    held += continued ? `${raw.trimEnd().slice(0, -1)} ` : raw;
    if (continued) continue;
    const match = /^\s*([A-Za-z]+)\s*([\s\S]*)$/.exec(held);
    if (match) found.push({ line, name: match[1]!.toUpperCase(), text: match[2]!.trim() });
    else if (held.trim() !== '') throw new DockerfileError(line, `no instruction in ${JSON.stringify(held)}`);
    held = '';
  }
  if (held !== '') throw new DockerfileError(line, 'the file ends in a continued line');
  return found;
}

function fromLine(
  instruction: Instruction,
  globals: Record<string, string>,
  stages: Map<string, Stage>,
): Stage {
  const words = expand(instruction.text, globals)
    .split(/\s+/)
    .filter((word) => !word.startsWith('--'));
  const [base, as, name] = words;
  if (!base) throw new DockerfileError(instruction.line, 'FROM names no image');
  const parent = stages.get(base.toLowerCase());
  const stage: Stage = parent
    ? { ...structuredClone(parent), base: parent.base }
    : {
        base,
        workingDirectory: '/',
        environment: {},
        variables: {},
        entryPoint: [],
        command: [],
        stopSignal: 'SIGTERM',
        exposed: [],
        copies: [],
        notes: [],
      };
  if (as?.toUpperCase() === 'AS' && name) stages.set(name.toLowerCase(), stage);
  return stage;
}

function declareArgument(
  instruction: Instruction,
  into: Record<string, string>,
  given: Readonly<Record<string, string>>,
  inherited: Readonly<Record<string, string>> = {},
): void {
  for (const word of words(instruction.text)) {
    const [name = '', ...rest] = word.split('=');
    const value = given[name] ?? (rest.length > 0 ? expand(rest.join('='), into) : inherited[name]);
    if (value !== undefined) into[name] = value;
  }
}

function apply(
  stage: Stage,
  instruction: Instruction,
  globals: Readonly<Record<string, string>>,
  buildArguments: Readonly<Record<string, string>>,
): void {
  const known = { ...stage.variables, ...stage.environment };
  const { line, text } = instruction;
  switch (instruction.name) {
    case 'ARG':
      declareArgument(instruction, stage.variables, buildArguments, globals);
      return;
    case 'ENV':
      Object.assign(stage.environment, environmentOf(instruction, known));
      return;
    case 'WORKDIR':
      stage.workingDirectory = posix.resolve(stage.workingDirectory, unquote(expand(text, known)));
      return;
    case 'COPY':
    case 'ADD':
      copy(stage, instruction, known);
      return;
    case 'CMD':
      stage.command = commandOf(instruction, known);
      return;
    case 'ENTRYPOINT':
      stage.entryPoint = commandOf(instruction, known);
      stage.command = [];
      return;
    case 'EXPOSE':
      stage.exposed.push(...words(expand(text, known)));
      return;
    case 'USER':
      stage.user = expand(text, known);
      stage.notes.push(`USER ${stage.user} is not changed to: the task runs as the user of this system`);
      return;
    case 'STOPSIGNAL':
      stage.stopSignal = signalOf(line, expand(text, known));
      return;
    case 'RUN':
      stage.notes.push(`RUN ${text} is not run: the program starts from the build context as it lies there`);
      return;
    case 'HEALTHCHECK':
    case 'LABEL':
    case 'MAINTAINER':
    case 'VOLUME':
    case 'ONBUILD':
    case 'SHELL':
      stage.notes.push(`${instruction.name} has no effect here`);
      return;
    default:
      throw new DockerfileError(line, `unknown instruction ${instruction.name}`);
  }
}

function copy(stage: Stage, instruction: Instruction, known: Readonly<Record<string, string>>): void {
  const text = expand(instruction.text, known);
  const all = text.startsWith('[') ? jsonWords(instruction.line, text) : words(text);
  const flags = all.filter((word) => word.startsWith('--'));
  const paths = all.filter((word) => !word.startsWith('--'));
  const destination = paths.pop();
  if (destination === undefined || paths.length === 0)
    throw new DockerfileError(instruction.line, `${instruction.name} needs a source and a destination`);
  const from = flags.find((flag) => flag.startsWith('--from='));
  if (from || paths.some((path) => /^(https?|git|ssh):/.test(path))) {
    stage.notes.push(`${instruction.name} ${text} is left out: it does not come from the build context`);
    return;
  }
  stage.copies.push({
    sources: paths,
    destination: posix.resolve(stage.workingDirectory, destination),
    toFolder: destination.endsWith('/') || destination === '.' || paths.length > 1,
  });
}

/** `ENV a=b c="d e"`, or the old form `ENV a rest of the line`. */
function environmentOf(
  instruction: Instruction,
  known: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const old = /^([A-Za-z_][A-Za-z0-9_]*)\s+([^=]*)$/.exec(instruction.text);
  if (old) return { [old[1]!]: expand(old[2]!, known) };
  return Object.fromEntries(
    words(instruction.text).map((word) => {
      const at = word.indexOf('=');
      if (at < 1)
        throw new DockerfileError(instruction.line, `ENV takes name=value, found ${JSON.stringify(word)}`);
      return [word.slice(0, at), expand(word.slice(at + 1), known)];
    }),
  );
}

/** Exec form, or a shell form that needs no shell: words without anything a shell would act on. */
function commandOf(instruction: Instruction, known: Readonly<Record<string, string>>): readonly string[] {
  const { line, name, text } = instruction;
  if (text.startsWith('[')) return jsonWords(line, text);
  const plain = expand(text, known);
  if (/[|&;<>()`$*?~#!{}\n]/.test(plain))
    throw new DockerfileError(
      line,
      `${name} ${text} needs a shell, and nothing from an image reaches one here; write it in exec form: ${name} ["program", "argument"]`,
    );
  return words(plain);
}

function jsonWords(line: number, text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.every((word) => typeof word === 'string')) return parsed;
  } catch {
    // Said below.
  }
  throw new DockerfileError(line, `exec form is a JSON array of strings in double quotes, found ${text}`);
}

function signalOf(line: number, text: string): NodeJS.Signals {
  const byNumber: Readonly<Record<string, NodeJS.Signals>> = {
    1: 'SIGHUP',
    2: 'SIGINT',
    3: 'SIGQUIT',
    9: 'SIGKILL',
    10: 'SIGUSR1',
    12: 'SIGUSR2',
    15: 'SIGTERM',
  };
  const named = text.toUpperCase().startsWith('SIG') ? text.toUpperCase() : `SIG${text.toUpperCase()}`;
  const signal = byNumber[text] ?? Object.values(byNumber).find((one) => one === named);
  if (!signal)
    throw new DockerfileError(
      line,
      `STOPSIGNAL is one of ${Object.values(byNumber).join(', ')}, found ${text}`,
    );
  return signal;
}
