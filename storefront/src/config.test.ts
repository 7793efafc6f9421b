import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

const complete = {
  AWS_REGION: 'us-east-1',
  DB_WRITER_HOST: 'writer.example',
  DB_READER_HOST: 'reader.example',
  DB_NAME: 'storefront',
  DB_USERNAME: 'storefront',
  DB_PASSWORD: 'stage-door',
};

test('what may be left out has a default', () => {
  const config = readConfig(complete);
  assert.equal(config.port, 8000);
  assert.deepEqual(config.writer, { host: 'writer.example', port: 3306 });
  assert.equal(config.tls, false);
  assert.equal(config.health.writerAwayLimitMs, 60_000);
  assert.equal(config.maxInFlight, 200);
});

for (const name of Object.keys(complete)) {
  test(`without ${name} it is refused by that name`, () => {
    assert.throws(() => readConfig({ ...complete, [name]: undefined }), refusedFor(name));
    assert.throws(() => readConfig({ ...complete, [name]: '' }), refusedFor(name));
  });
}

for (const [name, value] of [
  ['PORT', '80a'],
  ['PORT', '65536'],
  ['DB_PORT', '0'],
  ['DB_TLS', 'yes'],
  ['LOG_LEVEL', 'loud'],
  ['WRITER_AWAY_LIMIT_MS', '-1'],
  ['MAX_IN_FLIGHT', '0'],
  ['MAX_IN_FLIGHT', '1e3'],
  ['ECS_CONTAINER_METADATA_URI_V4', 'file:///etc/passwd'],
] as const) {
  test(`${name}=${value} is refused with what was found and what is allowed`, () => {
    assert.throws(
      () => readConfig({ ...complete, [name]: value }),
      (error: unknown) => {
        refusedFor(name)(error);
        assert.match((error as Error).message, new RegExp(`'${value}'; it must be `));
        return true;
      },
    );
  });
}

function refusedFor(name: string) {
  return (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.message.startsWith(`${name} `), error.message);
    return true;
  };
}
