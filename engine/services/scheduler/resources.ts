/** What a template may say about EventBridge Scheduler: schedules and their groups. */
import type { Operations } from '../../wire/types.ts';
import type { Fate, PhysicalResource, Properties, ResourceHandler } from '../contract.ts';
import { provisioning } from '../provisioning.ts';
import { generatedName } from '../recorded.ts';
import { propertyFates } from './property-fates.ts';

export const types: Readonly<Record<string, Fate>> = {
  'AWS::Scheduler::Schedule': { fate: 'runs', properties: propertyFates['AWS::Scheduler::Schedule'] },
  'AWS::Scheduler::ScheduleGroup': {
    fate: 'runs',
    properties: propertyFates['AWS::Scheduler::ScheduleGroup'],
  },
};

export function createResources(operations: Operations): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::Scheduler::Schedule': schedule(operations),
    'AWS::Scheduler::ScheduleGroup': scheduleGroup(operations),
  };
}

function schedule(operations: Operations): ResourceHandler {
  const write = async (action: string, name: string, properties: Properties): Promise<PhysicalResource> => {
    const { StartDate, EndDate, ...rest } = properties;
    const { ScheduleArn } = await operations[action]!(
      {
        ...rest,
        Name: name,
        ...(StartDate ? { StartDate: new Date(StartDate) } : {}),
        ...(EndDate ? { EndDate: new Date(EndDate) } : {}),
      },
      provisioning,
    );
    return { physicalId: name, attributes: { Arn: ScheduleArn } };
  };
  return {
    replaceOn: ['Name', 'GroupName'],
    create: async (request) => {
      const name = String(request.properties['Name'] ?? generatedName(request).slice(0, 64));
      try {
        return await write('CreateSchedule', name, request.properties);
      } catch (error) {
        // A repeat after a crash finds the schedule of the first attempt.
        if (error instanceof Error && error.name === 'ConflictException')
          return await write('UpdateSchedule', name, request.properties);
        throw error;
      }
    },
    update: ({ existing, properties }) => write('UpdateSchedule', existing.physicalId, properties),
    delete: ({ existing, properties }) =>
      gone(operations, 'DeleteSchedule', { Name: existing.physicalId, GroupName: properties['GroupName'] }),
  };
}

function scheduleGroup(operations: Operations): ResourceHandler {
  return {
    replaceOn: ['Name'],
    create: async (request) => {
      const name = String(request.properties['Name'] ?? generatedName(request).slice(0, 64));
      await operations['CreateScheduleGroup']!({ Name: name }, provisioning);
      const group = await operations['GetScheduleGroup']!({ Name: name }, provisioning);
      const date = (group.CreationDate as Date).toISOString();
      return {
        physicalId: name,
        attributes: { Arn: group.Arn, State: 'ACTIVE', CreationDate: date, LastModificationDate: date },
      };
    },
    update: async ({ existing }) => existing,
    delete: ({ existing }) => gone(operations, 'DeleteScheduleGroup', { Name: existing.physicalId }),
  };
}

async function gone(operations: Operations, name: string, input: object): Promise<void> {
  try {
    await operations[name]!(input, provisioning);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
  }
}
