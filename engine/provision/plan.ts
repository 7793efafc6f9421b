/**
 * A deployment before anything is touched: parameters bound, rules checked, conditions evaluated, graph made,
 * every type known. Whatever is wrong with the request is found here and changes nothing.
 */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../services/contract.ts';
import {
  bindParameters,
  checkRules,
  evaluateConditions,
  type Graph,
  graphOf,
  isHidden,
  parseTemplate,
  type Scope,
  type SsmLookup,
  type StackPlace,
  type Template,
  TemplateError,
} from '../template/index.ts';
import { exportsOf } from './outputs.ts';
import type { Records, StackTarget } from './records.ts';

export interface DeployRequest {
  readonly stackName: string;
  /** The file's name, for messages. */
  readonly templateFile: string;
  readonly template: JsonObject;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Plan {
  readonly template: Template;
  readonly scope: Scope;
  readonly graph: Graph;
  readonly target: StackTarget;
  /** Exports of other stacks that evaluation has asked for so far. */
  readonly imported: ReadonlySet<string>;
}

export interface PlanContext {
  readonly records: Records;
  readonly ssm: SsmLookup;
  readonly zones: (region: string) => readonly string[];
  readonly isKnownType: (type: string) => boolean;
}

export async function planDeployment(
  context: PlanContext,
  stack: StackPlace,
  request: DeployRequest,
): Promise<Plan> {
  const { records } = context;
  const template = parseTemplate(request.templateFile, request.template);
  const parameters = await bindParameters(template, request.parameters ?? {}, bootstrapped(context.ssm));
  const imported = new Set<string>();
  const early = {
    template,
    stack,
    parameters,
    resource: (logicalId: string) => records.resource(stack.stackName, logicalId)?.live,
    importValue: (name: string) => {
      imported.add(name);
      return exportsOf(records.stacks()).get(name)?.value;
    },
    exportNames: () => [...exportsOf(records.stacks()).keys()],
    stackOutput: (name: string, key: string) =>
      records.stack(name)?.outputs.find((output) => output.key === key)?.value,
    zones: context.zones,
  };
  const scope: Scope = { ...early, conditions: evaluateConditions(early) };
  checkRules(scope);
  const graph = graphOf(template, scope.conditions);
  checkTypes(context, stack, template, graph);
  const target = targetOf(request, template, parameters);
  return { template, scope, graph, target, imported };
}

function checkTypes(context: PlanContext, stack: StackPlace, template: Template, graph: Graph): void {
  for (const { declaration } of graph.nodes.values()) {
    const { logicalId, type } = declaration;
    const place = { file: template.file, path: `Resources.${logicalId}.Type` };
    if (!context.isKnownType(type))
      throw new TemplateError(
        place,
        `${type} is not run here; remove it, or add a handler: docs/recipes/add-a-resource-type.md`,
      );
    const deployed = context.records.resource(stack.stackName, logicalId);
    if (deployed?.live && deployed.type !== type)
      throw new TemplateError(
        place,
        `the deployed resource is of type ${deployed.type}, and a type cannot change; give it a new logical id`,
      );
  }
}

function targetOf(
  request: DeployRequest,
  template: Template,
  parameters: ReadonlyMap<string, Json>,
): StackTarget {
  const tags = request.tags ?? {};
  const all = [...parameters];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([request.template, all, tags]))
    .digest('hex');
  const shown = all.map(([name, value]) => [
    name,
    isHidden(template.parameters[name] ?? {}) ? '****' : value,
  ]);
  return {
    templateFile: request.templateFile,
    template: request.template,
    parameters: Object.fromEntries(shown) as Record<string, Json>,
    tags,
    fingerprint,
  };
}

/** Nothing is bootstrapped here, since assets are read from the assembly: every bootstrap version will do. */
function bootstrapped(ssm: SsmLookup): SsmLookup {
  return async (name) =>
    (await ssm(name)) ?? (/^\/cdk-bootstrap\/[a-z0-9]+\/version$/.test(name) ? '999' : undefined);
}
