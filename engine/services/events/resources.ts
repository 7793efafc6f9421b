/** What a template may say about EventBridge: rules with their targets. */
import type { Operations } from '../../wire/types.ts';
import type { Fate, PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName } from '../recorded.ts';
import { propertyFates } from './property-fates.ts';

export const types: Readonly<Record<string, Fate>> = {
  'AWS::Events::Rule': { fate: 'runs', properties: propertyFates['AWS::Events::Rule'] },
};

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  const write = async (name: string, properties: Properties): Promise<PhysicalResource> => {
    const { Targets, EventPattern, Name: _name, Tags: _tags, ...rest } = properties;
    const { RuleArn } = await operations['PutRule']!(
      { ...rest, Name: name, ...(EventPattern ? { EventPattern: JSON.stringify(EventPattern) } : {}) },
      provisioning,
    );
    const wanted: readonly { readonly Id: string }[] = Targets ?? [];
    const { Targets: found } = await operations['ListTargetsByRule']!({ Rule: name }, provisioning);
    const surplus = (found as { Id: string }[])
      .map((one) => one.Id)
      .filter((id) => !wanted.some((one) => one.Id === id));
    if (surplus.length > 0) await operations['RemoveTargets']!({ Rule: name, Ids: surplus }, provisioning);
    if (wanted.length > 0) await operations['PutTargets']!({ Rule: name, Targets: wanted }, provisioning);
    return { physicalId: name, attributes: { Arn: RuleArn } };
  };
  return {
    'AWS::Events::Rule': {
      replaceOn: ['Name', 'EventBusName'],
      create: (request) =>
        write(String(request.properties['Name'] ?? generatedName(request).slice(0, 64)), request.properties),
      update: ({ existing, properties }) => write(existing.physicalId, properties),
      delete: async ({ existing }) => {
        await operations['DeleteRule']!({ Name: existing.physicalId, Force: true }, provisioning);
      },
    },
  };
}
