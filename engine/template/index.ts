/** The door of the template room: a template in, values and a resource graph out. Pure. */
export { checkRules, evaluateConditions } from './conditions.ts';
export { type DynamicReference, resolveDynamic } from './dynamic-references.ts';
export { type Graph, type GraphNode, graphOf, presentResources } from './graph.ts';
export { resolve } from './intrinsics.ts';
export { bindParameters, isHidden, type SsmLookup } from './parameters.ts';
export { inside, type Place, TemplateError } from './problem.ts';
export { referencesOf } from './references.ts';
export type { Scope, StackPlace } from './scope.ts';
export { parseTemplate, type RemovalPolicy, type Template } from './template.ts';
