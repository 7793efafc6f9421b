/** What AWS tools need to find this system. */
import { connect } from '@understudy/engine/client';
import { type Command, regionOf } from '../command.ts';
import { directoryOf } from '../project.ts';
import { say, sayJson } from '../terminal.ts';

export const env: Command = {
  name: 'env',
  summary: 'print exports for the AWS CLI and SDKs: eval "$(npx understudy env)"',
  usage: '',
  words: [0, 0],
  options: {
    region: { type: 'string', value: 'REGION', summary: 'the default region (default: the first)' },
  },
  run: async (given) => {
    const system = connect(directoryOf(given.text('directory')!));
    const [summary, credentials] = await Promise.all([system.system(), system.credentials()]);
    const region = regionOf(given, summary.regions) ?? summary.regions[0]!;
    const variables = {
      AWS_ENDPOINT_URL: summary.endpointUrl,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    if (given.flag('json')) sayJson(variables);
    else for (const [name, value] of Object.entries(variables)) say(`export ${name}='${value}'`);
    return 0;
  },
};
