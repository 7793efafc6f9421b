/**
 * The resources a stack creates and what each one waits for: DependsOn and references alike. Levels say
 * which ones are free at the same time. A circle is an error that shows the circle.
 */
import type { Json } from './json.ts';
import { type Place, shown, TemplateError } from './problem.ts';
import { referencesOf } from './references.ts';
import type { ResourceDeclaration, Template } from './template.ts';

export interface GraphNode {
  readonly declaration: ResourceDeclaration;
  /** Logical ids that must exist first, in the template's order. */
  readonly dependencies: readonly string[];
}

export interface Graph {
  /** In an order in which every node comes after its dependencies. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** The first level depends on nothing, each next one on earlier levels only. */
  readonly levels: readonly (readonly string[])[];
}

/** CDK's own usage record; nothing refers to it and nobody creates it here. */
const SKIPPED_TYPES: readonly string[] = ['AWS::CDK::Metadata'];

/** The declarations that exist under these conditions; without conditions, all of them. */
export function presentResources(
  template: Template,
  conditions?: ReadonlyMap<string, boolean>,
): readonly ResourceDeclaration[] {
  return [...template.resources.values()].filter(
    ({ type, condition }) =>
      !SKIPPED_TYPES.includes(type) &&
      (condition === undefined || !conditions || conditions.get(condition) === true),
  );
}

export function graphOf(template: Template, conditions: ReadonlyMap<string, boolean>): Graph {
  for (const { logicalId, condition } of template.resources.values())
    if (condition !== undefined && !conditions.has(condition))
      throw new TemplateError(
        { file: template.file, path: `Resources.${logicalId}.Condition` },
        `no condition ${shown(condition)}`,
      );
  const present = new Map(presentResources(template, conditions).map((each) => [each.logicalId, each]));
  const unordered = new Map<string, GraphNode>();
  for (const declaration of present.values())
    unordered.set(declaration.logicalId, {
      declaration,
      dependencies: dependenciesOf(declaration, template, present, conditions),
    });
  const levels = levelsOf(unordered, template.file);
  const nodes = new Map(levels.flat().map((id) => [id, unordered.get(id) as GraphNode]));
  return { nodes, levels };
}

function dependenciesOf(
  declaration: ResourceDeclaration,
  template: Template,
  present: ReadonlyMap<string, ResourceDeclaration>,
  conditions: ReadonlyMap<string, boolean>,
): readonly string[] {
  const place: Place = { file: template.file, path: `Resources.${declaration.logicalId}` };
  const found = new Set<string>();
  for (const name of declaration.dependsOn) {
    if (!template.resources.has(name))
      throw new TemplateError(
        { file: place.file, path: `${place.path}.DependsOn` },
        `no resource ${shown(name)} in this template`,
      );
    // CloudFormation drops a DependsOn whose target's condition is false.
    if (present.has(name)) found.add(name);
  }
  const at: Place = { file: place.file, path: `${place.path}.Properties` };
  for (const reference of referencesOf(declaration.properties as Json, template, conditions, at)) {
    if (present.has(reference.logicalId)) found.add(reference.logicalId);
    else
      throw new TemplateError(
        reference.place,
        template.resources.has(reference.logicalId)
          ? `refers to ${reference.logicalId}, whose condition is false`
          : `refers to ${shown(reference.logicalId)}, which is neither a parameter nor a resource of this template`,
      );
  }
  return [...found];
}

function levelsOf(nodes: ReadonlyMap<string, GraphNode>, file: string): readonly (readonly string[])[] {
  const levels: string[][] = [];
  const done = new Set<string>();
  while (done.size < nodes.size) {
    const level = [...nodes]
      .filter(([id, node]) => !done.has(id) && node.dependencies.every((dependency) => done.has(dependency)))
      .map(([id]) => id);
    if (level.length === 0)
      throw new TemplateError(
        { file, path: 'Resources' },
        `resources wait for each other: ${findCircle(nodes, done).join(' → ')}`,
      );
    for (const id of level) done.add(id);
    levels.push(level);
  }
  return levels;
}

/** Every node that is left waits for another one that is left: following them leads into a circle. */
function findCircle(nodes: ReadonlyMap<string, GraphNode>, done: ReadonlySet<string>): readonly string[] {
  const path: string[] = [];
  let current = [...nodes.keys()].find((id) => !done.has(id)) as string;
  while (!path.includes(current)) {
    path.push(current);
    current = nodes.get(current)?.dependencies.find((dependency) => !done.has(dependency)) as string;
  }
  return [...path.slice(path.indexOf(current)), current];
}
